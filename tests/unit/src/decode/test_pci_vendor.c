/* SPDX-License-Identifier: Apache-2.0 */
#include "pci_test.h"

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(0x8086), "Intel Corporation"},
		{STRING("32902"), "Intel Corporation"},
		{BYTES("\x86\x80"), "Intel Corporation"},
		{UINT(0x0e11), "Compaq Computer Corporation"},
		{UINT(1), "SafeNet (wrong ID)"},
		{UINT(0xfffd), "\xef\xbf\xbd\xef\xbf\xbd name"},
		{UINT(0xfffe), "unknown pci vendor: 0xfffe"},
		{UINT(0x80), "unknown pci vendor: 0x0080"},
		{UINT(0xbeef), "unknown pci vendor: 0xbeef"},
		{UINT(0x18086), "unknown pci vendor: 0x18086"},
		{UINT(UINT64_MAX), "unknown pci vendor: 0xffffffffffffffff"},
		{SINT(-1), "unknown pci vendor: 0xffffffffffffffff"},
		{BYTES(""), NULL},
		{BYTES("\1\2\3"), NULL},
		{STRING("8086 "), NULL},
		{STRING("intel"), NULL},
	};

	(void)state;
	check_pci("pci_vendor", rows, ARRAY_SIZE(rows));
	check_no_file("pci_vendor");
}

static void one_pass_for_all(void **state)
{
	static const struct value values[] = {
		UINT(0x8086), STRING("x"), UINT(0x0e11), UINT(0xbeef), UINT(0x8086)};
	static const char *const expected[] = {"Intel Corporation", NULL,
		"Compaq Computer Corporation", "unknown pci vendor: 0xbeef", "Intel Corporation"};
	const struct decode_argument path = {
		"path", temporary_write("pci.ids", pci_ids, sizeof(pci_ids) - 1)};
	const struct decode_step step = {"pci_vendor", &path, 1};
	struct decode_chain *chain = chain_of(&step, 1);
	struct arena arena = {0};
	struct value out;

	(void)state;
	decode_chain_prepare(chain, values, ARRAY_SIZE(values));
	temporary_write("pci.ids", "", 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (!expected[i])
			continue;
		assert_int_equal(decode_chain_run(chain, &values[i], &out, &arena, NULL), 0);
		assert_string_equal(out.string, expected[i]);
	}
	decode_chain_free(chain);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(one_pass_for_all),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
