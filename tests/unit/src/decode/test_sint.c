/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void values(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("\x7f"), "i:127"},
		{BYTES("\x80"), "i:-128"},
		{BYTES("\xff\xff"), "i:-1"},
		{BYTES("\x00\x80"), "i:-32768"},
		{BYTES("\xff\xff\xff\x7f"), "i:2147483647"},
		{BYTES("\x00\x00\x00\x80"), "i:-2147483648"},
		{BYTES("\x00\x00\x00\x00\x00\x00\x00\x80"), "i:-9223372036854775808"},
		{BYTES(""), NULL},
		{BYTES("abc"), NULL},
		{BYTES("123456789"), NULL},
		{SINT(-5), "i:-5"},
		{UINT(5), "i:5"},
		{UINT(UINT64_MAX), "i:-1"},
		{BOOLEAN(false), "i:0"},
		{STRING("-42"), "i:-42"},
		{STRING("-9223372036854775808"), "i:-9223372036854775808"},
		{STRING("9223372036854775808"), NULL},
		{STRING("x"), NULL},
	};

	(void)state;
	check_decoder("sint", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
