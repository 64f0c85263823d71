/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <string.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int str_to_u64(const char *text, uint64_t *value)
{
	unsigned int base = 10;
	uint64_t result = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		int digit = digit_value(*text);

		if (digit < 0 || (unsigned int)digit >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(result, base, &result) ||
			__builtin_add_overflow(result, (unsigned int)digit, &result))
			return -ERANGE;
	}
	*value = result;
	return 0;
}

int str_to_s64(const char *text, int64_t *value)
{
	bool negative = text[0] == '-';
	uint64_t magnitude;
	int err;

	err = str_to_u64(text + negative, &magnitude);
	if (err)
		return err;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return 0;
}

int str_percent_decode(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		int high, low;

		if (*in != '%') {
			*out++ = *in;
			continue;
		}
		high = digit_value(in[1]);
		low = high < 0 ? -1 : digit_value(in[2]);
		if (low < 0 || high + low == 0)
			return -EINVAL;
		*out++ = (char)(high * 16 + low);
		in += 2;
	}
	*out = '\0';
	return (int)(out - text);
}

char *str_trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	text[length] = '\0';
	return text;
}

/*
 * The length of the character at `text`, or 0 if it is ill-formed; *bad then says how many bytes
 * one U+FFFD stands for. Unicode 15, table 3-7.
 */
static size_t character_length(const unsigned char *text, size_t length, size_t *bad)
{
	unsigned char first = text[0], low = 0x80, high = 0xbf;
	size_t want;

	*bad = 1;
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	want = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (first == 0xe0)
		low = 0xa0; /* no overlong forms */
	else if (first == 0xed)
		high = 0x9f; /* no surrogates */
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f; /* not above U+10FFFF */
	for (size_t i = 1; i < want; i++) {
		if (i == length || text[i] < low || text[i] > high) {
			*bad = i;
			return 0;
		}
		low = 0x80;
		high = 0xbf;
	}
	return want;
}

bool utf8_is_valid(const char *text, size_t length)
{
	size_t bad;

	for (size_t i = 0, n; i < length; i += n) {
		n = character_length((const unsigned char *)text + i, length - i, &bad);
		if (!n)
			return false;
	}
	return true;
}

size_t utf8_sanitize(char *out, size_t room, const char *text, size_t length)
{
	static const char replacement[] = {'\xef', '\xbf', '\xbd'};
	size_t written = 0;

	for (size_t i = 0; i < length;) {
		const char *from = text + i;
		size_t bad, n;

		n = character_length((const unsigned char *)from, length - i, &bad);
		i += n ? n : bad;
		if (!n) {
			from = replacement;
			n = sizeof(replacement);
		}
		if (n > room - written)
			break;
		memcpy(out + written, from, n);
		written += n;
	}
	return written;
}
