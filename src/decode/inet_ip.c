/* SPDX-License-Identifier: Apache-2.0 */
/* Text of IP addresses: RFC 5952 for IPv6; an IPv4 address inside ::ffff:0:0/96 is written as such.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "decode/decoders.h"
#include "decode/value.h"

enum {
	V4 = 4,
	V6 = 16,
	GROUPS = 8,
	V6_TEXT = 40,
};

/* The longest run of zero groups, the first of equal ones; one group alone is written out. */
static void find_zeros(const uint16_t *groups, int *start, int *end)
{
	*start = *end = GROUPS;
	for (int i = 0, run; i < GROUPS; i += run + 1) {
		for (run = 0; i + run < GROUPS && !groups[i + run]; run++)
			;
		if (run > 1 && run > *end - *start) {
			*start = i;
			*end = i + run;
		}
	}
}

static void write_v6(char text[V6_TEXT], const unsigned char *bytes)
{
	uint16_t groups[GROUPS];
	int start, end, used = 0;

	for (int i = 0; i < GROUPS; i++)
		groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	find_zeros(groups, &start, &end);
	for (int i = 0; i < GROUPS; i++) {
		if (i == start) {
			used += snprintf(text + used, V6_TEXT - (size_t)used, "::");
			i = end - 1;
			continue;
		}
		used += snprintf(text + used, V6_TEXT - (size_t)used, "%s%x",
			i && i != end ? ":" : "", groups[i]);
	}
}

/* The bytes as they lie in the key; fields of 32 bits were loaded as a number in host order. */
static int address_bytes(
	const struct value *in, unsigned char bytes[V6], uint32_t *length, struct err *err)
{
	uint32_t word;

	*length = sizeof(word);
	if (in->type == VALUE_UINT && in->uint <= UINT32_MAX)
		word = (uint32_t)in->uint;
	else if (in->type == VALUE_INT && in->sint >= INT32_MIN && in->sint <= UINT32_MAX)
		word = (uint32_t)in->sint;
	else if (in->type == VALUE_BYTES && (in->length == V4 || in->length == V6)) {
		*length = in->length;
		memcpy(bytes, in->bytes, in->length);
		return 0;
	} else if (in->type == VALUE_STRING)
		return err_set(err, -EINVAL,
			"found text, expected an address of 4 or 16 bytes: declare it as __u8[], "
			"not as char[]");
	else
		return err_set(err, -EINVAL,
			"found %u bytes, expected an address of 4 or 16 in network order",
			in->type == VALUE_BYTES ? in->length : 8);
	memcpy(bytes, &word, sizeof(word));
	return 0;
}

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned char bytes[V6] = {0}, *v4 = NULL;
	char text[V6_TEXT];
	uint32_t length = 0;
	int result;

	(void)state;
	result = address_bytes(in, bytes, &length, err);
	if (result)
		return result;
	if (length == V4)
		v4 = bytes;
	else if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		v4 = bytes + sizeof(mapped);
	if (v4)
		return value_set_text(out, arena, err, "%u.%u.%u.%u", v4[0], v4[1], v4[2], v4[3]);
	write_v6(text, bytes);
	return value_set_text(out, arena, err, "%s", text);
}

const struct decoder decoder_inet_ip = {
	.name = "inet_ip",
	.lengths = 1 << V4 | 1 << V6,
	.help = "IP address of 4 or 16 bytes in network order to its text",
	.decode = decode,
};
