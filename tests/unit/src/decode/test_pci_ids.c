/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pci_ids.h"

#include "base/limits.h"
#include "pci_test.h"

static void more_than_a_batch(void **state)
{
	static struct value values[LIMIT_BATCH_ENTRIES + 10];
	void *ids;
	enum pci_answer answer;
	const char *name;
	uint64_t number;
	const struct decode_argument path = {
		"path", temporary_write("pci.ids", pci_ids, sizeof(pci_ids) - 1)};

	(void)state;
	assert_int_equal(pci_ids_new(&ids, PCI_VENDOR, "pci_vendor", &path, 1, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		values[i] = (struct value)UINT(0x8086 - ARRAY_SIZE(values) + 1 + i);
	pci_ids_prepare(ids, values, ARRAY_SIZE(values));
	assert_int_equal(
		pci_ids_find(ids, &values[ARRAY_SIZE(values) - 1], &number, &answer, &name, NULL),
		0);
	assert_int_equal(answer, PCI_FOUND);
	assert_int_equal(number, 0x8086);
	assert_string_equal(name, "Intel Corporation");
	pci_ids_free(ids);
}

static void answers(void **state)
{
	static const struct {
		enum pci_kind kind;
		uint64_t number;
		enum pci_answer answer;
	} rows[] = {
		{PCI_DEVICE, 0x80861000, PCI_FOUND},
		{PCI_DEVICE, 0x80861001, PCI_UNKNOWN},
		{PCI_DEVICE, 0x80871000, PCI_UNKNOWN_PARENT},
		{PCI_SUBCLASS, 0x0106, PCI_FOUND},
		{PCI_SUBCLASS, 0x0107, PCI_UNKNOWN},
		{PCI_SUBCLASS, 0x0206, PCI_UNKNOWN_PARENT},
	};
	const struct decode_argument path = {
		"path", temporary_write("pci.ids", pci_ids, sizeof(pci_ids) - 1)};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct value in = UINT(rows[i].number);
		void *ids;
		enum pci_answer answer;
		const char *name;
		uint64_t number;

		assert_int_equal(pci_ids_new(&ids, rows[i].kind, "x", &path, 1, NULL), 0);
		assert_int_equal(pci_ids_find(ids, &in, &number, &answer, &name, NULL), 0);
		assert_int_equal(answer, rows[i].answer);
		pci_ids_free(ids);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_than_a_batch),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
