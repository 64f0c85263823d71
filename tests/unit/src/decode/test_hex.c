/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void values(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("\x00\xff\x1a"), "00ff1a"},
		{BYTES(""), ""},
		{STRING("az"), "617a"},
		{UINT(0), "0"},
		{UINT(UINT64_MAX), "ffffffffffffffff"},
		{SINT(-1), "ffffffffffffffff"},
		{SINT(255), "ff"},
		{BOOLEAN(true), "1"},
	};

	(void)state;
	check_decoder("hex", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
