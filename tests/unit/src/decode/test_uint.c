/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void values(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("\x00"), "u:0"},
		{BYTES("\xff"), "u:255"},
		{BYTES("\x34\x12"), "u:4660"}, /* both architectures are little-endian */
		{BYTES("\x78\x56\x34\x12"), "u:305419896"},
		{BYTES("\xff\xff\xff\xff"), "u:4294967295"},
		{BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "u:18446744073709551615"},
		{BYTES(""), NULL},
		{BYTES("abc"), NULL},
		{BYTES("abcde"), NULL},
		{BYTES("123456789"), NULL},
		{UINT(UINT64_MAX), "u:18446744073709551615"},
		{SINT(INT64_MAX), "u:9223372036854775807"},
		{SINT(-1), NULL},
		{BOOLEAN(true), "u:1"},
		{STRING("42"), "u:42"},
		{STRING("18446744073709551616"), NULL},
		{STRING("-1"), NULL},
		{STRING(""), NULL},
		{STRING("4 2"), NULL},
		{STRING("1\0002"), NULL},
		{STRING("00000000000000000000000000000000000000001"), NULL},
	};

	(void)state;
	check_decoder("uint", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
