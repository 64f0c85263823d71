/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "base/limits.h"

static void first_match_decides(void **state)
{
	static const struct decode_argument patterns[] = {
		{"pattern", "^systemd-(?:journal|udev)d?$"},
		{"pattern", "^kworker/(u?[0-9]+)"},
		{"pattern", "[a-z]+"},
		{"pattern", "^([0-9])?!"},
	};
	static const struct decode_step step = {"regexp", patterns, ARRAY_SIZE(patterns)};
	static const struct decode_row rows[] = {
		{STRING("systemd-journald"), "systemd-journald"},
		{STRING("systemd-logind"), "systemd"}, /* the match, not the whole value */
		{BYTES("kworker/u8:1\0\0\0\0"), "u8"},
		{STRING("KWORKER"), SKIPPED},
		{STRING(""), SKIPPED},
		{BYTES(""), SKIPPED},
		{BYTES("\xff\xff"), SKIPPED},
		{BYTES("\xff"
		       "abc\xff"),
			"abc"},
		{STRING("7!"), "7"},
		{STRING("!"), ""}, /* a group that took no part */
		{UINT(5), SKIPPED},
		{BOOLEAN(true), "true"},
	};

	(void)state;
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

static void numbers_are_text(void **state)
{
	static const struct decode_argument pattern = {"pattern", "^-?[0-9]$"};
	static const struct decode_step steps[] = {
		{"sint", NULL, 0}, {"regexp", &pattern, 1}, {"sint", NULL, 0}};
	static const struct decode_row rows[] = {
		{BYTES("\5"), "i:5"},
		{BYTES("\xff"), "i:-1"},
		{BYTES("\x7f"), SKIPPED},
		{BYTES("\x7f\0\0"), NULL},
	};

	(void)state;
	check_rows(steps, ARRAY_SIZE(steps), rows, ARRAY_SIZE(rows));
}

static void wrong_arguments(void **state)
{
	static struct decode_argument many[LIMIT_PATTERNS + 1];
	static const struct {
		struct decode_argument argument;
		const char *message;
	} rows[] = {
		{{"patern", "a"},
			"found the argument 'patern' of the decoder 'regexp', expected 'pattern'"},
		{{"pattern", "a(b"}, "found no ) at the end at byte 4 of the pattern 'a(b'"},
	};
	struct decode_chain *chain;
	struct decode_step step = {"regexp", NULL, 1};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		step.arguments = &rows[i].argument;
		assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].message);
	}
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct decode_argument){"pattern", "a"};
	step = (struct decode_step){"regexp", many, ARRAY_SIZE(many)};
	assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
	assert_string_equal(err.text, "found 65 patterns, expected at most 64");
	step.argument_count--;
	assert_int_equal(decode_chain_new(&chain, &step, 1, &err), 0);
	decode_chain_free(chain);
	step.argument_count = 0;
	assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_match_decides),
		cmocka_unit_test(numbers_are_text),
		cmocka_unit_test(wrong_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
