/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void values(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(1), "EPERM"},
		{UINT(32), "EPIPE"},
		{UINT(11), "EAGAIN"},
		{UINT(35), "EDEADLK"},
		{UINT(95), "EOPNOTSUPP"},
		{UINT(110), "ETIMEDOUT"},
		{UINT(133), "EHWPOISON"},
		{UINT(134), "unknown:134"},
		{UINT(41), "unknown:41"}, /* a gap */
		{UINT(0), "unknown:0"},
		{SINT(-2), "ENOENT"},
		{SINT(-512), "unknown:-512"},
		{SINT(INT64_MIN), "unknown:-9223372036854775808"},
		{UINT(UINT64_MAX), "unknown:18446744073709551615"},
		{BYTES("\x02\0\0\0"), "ENOENT"},
		{BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "unknown:18446744073709551615"},
		{STRING("2"), "ENOENT"},
		{STRING("-2"), "ENOENT"},
		{STRING("ENOENT"), NULL},
		{BYTES("abc"), NULL},
	};

	(void)state;
	check_decoder("errno", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
