/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void values(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("eth0\0\0\0\0"), "eth0"},
		{BYTES("12345678"), "12345678"}, /* no NUL at all */
		{BYTES("\0abc"), ""},
		{BYTES(""), ""},
		{BYTES("a\xffz"), "a\xef\xbf\xbdz"},
		{BYTES("\xc3\xa4\xc3"), "\xc3\xa4\xef\xbf\xbd"},
		{BYTES("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{STRING("x y"), "x y"},
		{UINT(7), "7"},
		{SINT(-7), "-7"},
		{BOOLEAN(true), "true"},
		{BOOLEAN(false), "false"},
	};

	(void)state;
	check_decoder("string", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
