/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "base/limits.h"
#include "decode/pattern.h"
#include "decode/pattern_tree.h"

static void many_ranges(void **state)
{
	static char text[LIMIT_PATTERN_BYTES + 1];
	struct pattern *pattern;
	struct err err = {{0}};
	int used = 0;

	(void)state;
	used += sprintf(text, "[^");
	/* 511 characters that do not touch each other, of one or two bytes. */
	for (uint32_t rune = 0x100; rune < 0x100 + 2 * 510; rune += 2)
		used += sprintf(
			text + used, "%c%c", (int)(0xc0 | rune >> 6), (int)(0x80 | (rune & 63)));
	text[used++] = ']';
	text[used] = '\0';
	assert_true(used <= LIMIT_PATTERN_BYTES);
	if (pattern_new(&pattern, text, &err))
		fail_msg("%s", err.text);
	pattern_free(pattern);
}

static void runes(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		uint32_t rune;
		size_t size;
	} rows[] = {
		{"a", 1, 'a', 1},
		{"", 1, 0, 1},
		{"\xc3\xa4", 2, 0xe4, 2},
		{"\xc3\xa4", 1, RUNE_BAD, 1},
		{"\xe2\x82\xac", 3, 0x20ac, 3},
		{"\xf0\x9f\x90\x9d", 4, 0x1f41d, 4},
		{"\xf4\x8f\xbf\xbf", 4, RUNE_LAST, 4},
		{"\xf4\x90\x80\x80", 4, RUNE_BAD, 1},
		{"\xed\xa0\x80", 3, RUNE_BAD, 1},
		{"\xc0\x80", 2, RUNE_BAD, 1},
		{"\x80", 1, RUNE_BAD, 1},
		{"\xff\xff\xff\xff", 4, RUNE_BAD, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t size = 0;

		assert_int_equal(rune_at(rows[i].text, rows[i].length, &size), rows[i].rune);
		assert_int_equal(size, rows[i].size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_ranges),
		cmocka_unit_test(runes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
