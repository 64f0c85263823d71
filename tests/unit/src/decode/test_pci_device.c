/* SPDX-License-Identifier: Apache-2.0 */
#include "pci_test.h"

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(0x80861000), "82542 Gigabit Ethernet Controller (Fiber)"},
		{STRING("2156269568"), "82542 Gigabit Ethernet Controller (Fiber)"},
		{UINT(0x0e110046), "Smart Array 64xx"},
		{UINT(0x0e110001), "PCI to EISA Bridge"},
		{UINT(0x0e114091), "unknown pci device: 0x0e114091"},
		{UINT(0x0e110047), "unknown pci device: 0x0e110047"},
		{UINT(0xdeadbeef), "unknown pci device: 0xdeadbeef"},
		{UINT(0x00801111), "unknown pci device: 0x00801111"},
		{UINT(UINT64_C(0x180861000)), "unknown pci device: 0x180861000"},
		{SINT(-1), "unknown pci device: 0xffffffffffffffff"},
		{BYTES(""), NULL},
		{BYTES("\1\2\3"), NULL},
		{STRING("8086 "), NULL},
		{STRING("intel"), NULL},
	};

	(void)state;
	check_pci("pci_device", rows, ARRAY_SIZE(rows));
	check_no_file("pci_device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
