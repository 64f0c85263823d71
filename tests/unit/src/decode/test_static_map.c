/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static const struct decode_argument table[] = {
	{"0", "read"},
	{"0x1", "write"},
	{"-1", "none"},
	{"ALL", "everything"},
	{"007", "seven"},
	{"true", "yes"},
	{"18446744073709551615", "largest"},
	{"bad", "\xff"},
};

static void values(void **state)
{
	static const struct decode_step step = {"static_map", table, ARRAY_SIZE(table)};
	static const struct decode_row rows[] = {
		{UINT(0), "read"},
		{UINT(1), "write"},
		{UINT(7), "seven"},
		{UINT(UINT64_MAX), "largest"},
		{UINT(2), "unknown:2"},
		{SINT(0), "read"},
		{SINT(-1), "none"},
		{SINT(-2), "unknown:-2"},
		{BYTES("\x01"), "write"},
		{BYTES("\x01\0\0\0\0\0\0\0"), "write"},
		{BYTES("\x02\0"), "unknown:2"},
		{BYTES("abc"), NULL},
		{BYTES(""), NULL},
		{BOOLEAN(true), "yes"},
		{BOOLEAN(false), "read"}, /* as the number 0 */
		{STRING("ALL"), "everything"},
		{STRING("all"), "unknown:all"},
		{STRING("007"), "seven"},
		{STRING("7"), "unknown:7"}, /* text is compared as text */
		{STRING(""), "unknown:"},
		{STRING("ALL\0x"), "everything"},
		{STRING("bad"), "\xef\xbf\xbd"},
		{STRING("\xff"), "unknown:\xef\xbf\xbd"},
	};

	(void)state;
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

static void unknown_allowed(void **state)
{
	static const struct decode_argument arguments[] = {{"0", "a"}, {"allow_unknown", "true"}};
	static const struct decode_step step = {"static_map", arguments, 2};
	static const struct decode_row rows[] = {
		{UINT(0), "a"},
		{UINT(1), "1"},
		{SINT(-1), "-1"},
		{BYTES("\x05"), "5"},
		{BOOLEAN(true), "true"},
		{STRING("x"), "x"},
		{STRING("allow_unknown"), "allow_unknown"},
	};

	(void)state;
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

static void wrong_tables(void **state)
{
	static const struct decode_argument twice[] = {{"1", "a"}, {"0x1", "b"}};
	static const struct decode_argument same[] = {{"x", "a"}, {"x", "b"}};
	static const struct decode_argument nothing[] = {{"allow_unknown", "true"}};
	static const struct decode_step steps[] = {
		{"static_map", NULL, 0},
		{"static_map", twice, 2},
		{"static_map", same, 2},
		{"static_map", nothing, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct decode_chain *chain;
		struct err err = {{0}};

		assert_int_equal(decode_chain_new(&chain, &steps[i], 1, &err), -EINVAL);
		assert_non_null(strstr(err.text, "static_map"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(unknown_allowed),
		cmocka_unit_test(wrong_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
