/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void addresses(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("\x02\x42\xac\x11\x00\x02"), "02:42:ac:11:00:02"},
		{BYTES("\0\0\0\0\0\0"), "00:00:00:00:00:00"},
		{BYTES("\xff\xff\xff\xff\xff\xff"), "ff:ff:ff:ff:ff:ff"},
		{BYTES(""), NULL},
		{BYTES("\x02\x42\xac\x11\x00"), NULL},
		{BYTES("\x02\x42\xac\x11\x00\x02\x00"), NULL},
		{STRING("\x02\x42\xac\x11\x00\x02"), NULL},
		{UINT(2), NULL},
		{SINT(2), NULL},
	};

	(void)state;
	check_decoder("mac", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
