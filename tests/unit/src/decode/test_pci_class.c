/* SPDX-License-Identifier: Apache-2.0 */
#include "pci_test.h"

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(1), "Mass storage controller"},
		{BYTES("\1"), "Mass storage controller"},
		{UINT(0), "Unclassified device"},
		{UINT(0xff), "Unassigned class"},
		{UINT(0x80), "unknown pci class: 0x80"},
		{UINT(2), "unknown pci class: 0x02"},
		{UINT(0x101), "unknown pci class: 0x101"},
		{SINT(-1), "unknown pci class: 0xffffffffffffffff"},
		{BYTES(""), NULL},
		{BYTES("\1\2\3"), NULL},
		{STRING("8086 "), NULL},
		{STRING("intel"), NULL},
	};

	(void)state;
	check_pci("pci_class", rows, ARRAY_SIZE(rows));
	check_no_file("pci_class");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
