/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void numbers(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("\0"), "b:false"},
		{BYTES("\1"), "b:true"},
		{BYTES("\xff"), "b:true"},
		{BYTES("\0\0"), "b:false"},
		{BYTES("\0\0\0\1"), "b:true"},
		{BYTES("\0\0\0\0\0\0\0\x80"), "b:true"},
		{BYTES(""), NULL},
		{BYTES("\0\0\0"), NULL},
		{BYTES("\0\0\0\0\0\0\0\0\0"), NULL},
		{UINT(0), "b:false"},
		{UINT(UINT64_MAX), "b:true"},
		{SINT(-1), "b:true"},
		{SINT(INT64_MIN), "b:true"},
		{BOOLEAN(true), "b:true"},
		{BOOLEAN(false), "b:false"},
		{STRING("0"), "b:false"},
		{STRING("-7"), "b:true"},
		{STRING("true"), "b:true"},
		{STRING("false"), "b:false"},
		{STRING("True"), NULL},
		{STRING("true "), NULL},
		{STRING("truefalse"), NULL},
		{STRING(""), NULL},
		{STRING("tru\0"), NULL},
	};

	(void)state;
	check_decoder("bool", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
