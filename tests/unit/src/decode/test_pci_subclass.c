/* SPDX-License-Identifier: Apache-2.0 */
#include "pci_test.h"

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(0x0106), "SATA controller"},
		{STRING("264"), "Non-Volatile memory controller"},
		{UINT(0), "Non-VGA unclassified device"},
		{UINT(0x0101), "unknown pci subclass: 0x01 (class 0x01)"},
		{UINT(3), "unknown pci subclass: 0x03 (class 0x00)"},
		{UINT(0xfd00), "unknown pci class: 0xfd"},
		{UINT(0x0102), "unknown pci subclass: 0x02 (class 0x01)"},
		{UINT(0x10106), "unknown pci class: 0x101"},
		{SINT(-1), "unknown pci class: 0xffffffffffffff"},
		{BYTES(""), NULL},
		{BYTES("\1\2\3"), NULL},
		{STRING("8086 "), NULL},
		{STRING("intel"), NULL},
	};

	(void)state;
	check_pci("pci_subclass", rows, ARRAY_SIZE(rows));
	check_no_file("pci_subclass");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
