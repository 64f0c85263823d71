/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/symbols.h"

#include <errno.h>

#include "../temporary.h"
#include "base/limits.h"

enum {
	LINES = LIMIT_BATCH_ENTRIES + 100
};

static struct symbols *many(enum symbols_match match)
{
	static char text[LINES * 32];
	struct symbols *symbols;
	int used = 0;

	for (int i = 0; i < LINES; i++)
		used += sprintf(text + used, "%016x t f%d\n", 0x10000000 + i * 16, i);
	assert_int_equal(
		symbols_new(&symbols, match, temporary_write("kallsyms", text, (size_t)used), NULL),
		0);
	return symbols;
}

static const char *name_of(const struct symbols *symbols, uint64_t address)
{
	const char *name;

	return symbols_know(symbols, address, &name) && name ? name : "";
}

static void the_same_address_takes_one_place(void **state)
{
	struct symbols *symbols = many(SYMBOLS_EXACT);
	const char *name;

	(void)state;
	symbols_begin(symbols);
	for (int i = 0; i < 10 * LIMIT_BATCH_ENTRIES; i++)
		symbols_want(symbols, 0x10000000 + (uint64_t)(i % 1000) * 16);
	symbols_want(symbols, 0x10000000 + 2000 * 16);
	symbols_read(symbols);
	assert_string_equal(name_of(symbols, 0x10000000), "f0");
	assert_string_equal(name_of(symbols, 0x10000000 + 999 * 16), "f999");
	assert_string_equal(name_of(symbols, 0x10000000 + 2000 * 16), "f2000");
	assert_false(symbols_know(symbols, 0x10000000 + 1000 * 16, &name));
	symbols_free(symbols);
}

static void too_many_are_left_out(void **state)
{
	struct symbols *symbols = many(SYMBOLS_CONTAIN);
	const char *name;
	int known = 0;

	(void)state;
	symbols_begin(symbols);
	for (int i = 0; i < LINES; i++)
		symbols_want(symbols, 0x10000008 + (uint64_t)i * 16);
	symbols_read(symbols);
	for (int i = 0; i < LINES; i++) {
		char expected[16];

		sprintf(expected, "f%d", i);
		if (symbols_know(symbols, 0x10000008 + (uint64_t)i * 16, &name)) {
			assert_string_equal(name, expected);
			known++;
		}
	}
	assert_int_equal(known, LIMIT_BATCH_ENTRIES);
	symbols_free(symbols);
}

static void nothing_wanted(void **state)
{
	struct symbols *symbols = many(SYMBOLS_CONTAIN);
	const char *name;

	(void)state;
	assert_false(symbols_know(symbols, 0x10000000, &name));
	symbols_begin(symbols);
	symbols_read(symbols);
	assert_false(symbols_know(symbols, 0x10000000, &name));
	assert_int_equal(symbols_complain(symbols, NULL), 0);
	symbols_free(symbols);
	symbols_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_address_takes_one_place),
		cmocka_unit_test(too_many_are_left_out),
		cmocka_unit_test(nothing_wanted),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
