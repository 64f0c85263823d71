/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/elf_functions.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "elf_blob.h"

static struct elf_functions *functions_of(const struct elf_blob *blob)
{
	struct elf_functions *functions = NULL;
	int fd = elf_blob_file(blob, sizeof(*blob));

	assert_true(fd >= 0);
	assert_int_equal(elf_functions_new(&functions, fd), 0);
	return functions;
}

static void names(void **state)
{
	static const struct {
		uint64_t address;
		const char *name; /* NULL: none */
	} rows[] = {
		{0, NULL},
		{0x400fff, NULL},
		{0x401000, "local"},
		{0x40100f, "local"},
		{0x401010, NULL},
		{0x401100, "outer"}, /* not its weak alias */
		{0x40113f, "outer"},
		{0x401140, "inner"},
		{0x40114f, "inner"},
		{0x401150, "outer"}, /* behind what is nested in it */
		{0x4011ff, "outer"},
		{0x401200, NULL},
		{0x401300, "assembly"}, /* no size: its first byte alone */
		{0x401301, NULL},
		{0x401400, NULL}, /* data */
		{UINT64_MAX, NULL},
	};
	struct elf_functions *functions;
	struct elf_blob blob;

	(void)state;
	elf_blob_init(&blob);
	functions = functions_of(&blob);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[64] = "";
		int result = elf_functions_name(functions, rows[i].address, name, sizeof(name));

		assert_int_equal(result, rows[i].name ? 0 : -ENOENT);
		if (rows[i].name)
			assert_string_equal(name, rows[i].name);
	}
	elf_functions_free(functions);
}

static void a_name_is_cut(void **state)
{
	struct elf_functions *functions;
	struct elf_blob blob;
	char name[4];

	(void)state;
	elf_blob_init(&blob);
	functions = functions_of(&blob);
	assert_int_equal(elf_functions_name(functions, 0x401300, name, sizeof(name)), 0);
	assert_string_equal(name, "ass");
	elf_functions_free(functions);
}

static void addresses(void **state)
{
	static const struct {
		uint64_t offset, address; /* address 0: none */
	} rows[] = {
		{0, 0},
		{0xfff, 0},
		{0x1000, 0x401000},
		{0x1fff, 0x401fff},
		{0x2000, 0},
		{UINT64_MAX, 0},
	};
	struct elf_functions *functions;
	struct elf_blob blob;

	(void)state;
	elf_blob_init(&blob);
	functions = functions_of(&blob);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t address = 0;

		assert_int_equal(elf_functions_address(functions, rows[i].offset, &address),
			rows[i].address ? 0 : -ENOENT);
		assert_true(address == rows[i].address);
	}
	elf_functions_free(functions);
}

static void no_symbols_are_no_error(void **state)
{
	struct elf_functions *functions;
	struct elf_blob blob;
	char name[8];

	(void)state;
	elf_blob_init(&blob);
	blob.header.e_shnum = 0;
	functions = functions_of(&blob);
	assert_int_equal(elf_functions_name(functions, 0x401000, name, sizeof(name)), -ENOENT);
	elf_functions_free(functions);
}

static void spoil_magic(struct elf_blob *blob)
{
	blob->header.e_ident[0] = 0;
}
static void spoil_class(struct elf_blob *blob)
{
	blob->header.e_ident[EI_CLASS] = ELFCLASS32;
}
static void spoil_order(struct elf_blob *blob)
{
	blob->header.e_ident[EI_DATA] ^= 3;
}
static void spoil_segment_size(struct elf_blob *blob)
{
	blob->header.e_phentsize = 1;
}
static void spoil_segment_count(struct elf_blob *blob)
{
	blob->header.e_phnum = 0xffff;
}
static void spoil_segments(struct elf_blob *blob)
{
	blob->header.e_phoff = UINT64_MAX;
}
static void spoil_section_size(struct elf_blob *blob)
{
	blob->header.e_shentsize = 63;
}
static void spoil_section_count(struct elf_blob *blob)
{
	blob->header.e_shnum = 0xffff;
}
static void spoil_sections(struct elf_blob *blob)
{
	blob->header.e_shoff = INT64_MAX - 63;
}
static void spoil_link(struct elf_blob *blob)
{
	blob->sections[1].sh_link = ELF_SECTIONS;
}
static void spoil_strings(struct elf_blob *blob)
{
	blob->sections[2].sh_type = SHT_NULL;
}
static void spoil_strings_place(struct elf_blob *blob)
{
	blob->sections[2].sh_offset = UINT64_MAX;
}
static void spoil_entry_size(struct elf_blob *blob)
{
	blob->sections[1].sh_entsize = 0;
}
static void spoil_symbols_place(struct elf_blob *blob)
{
	blob->sections[1].sh_offset = 1 << 20;
}
static void spoil_symbols_end(struct elf_blob *blob)
{
	blob->sections[1].sh_size = 1 << 16;
}

static void spoil_symbol_count(struct elf_blob *blob)
{
	blob->sections[1].sh_size = (uint64_t)LIMIT_FILE_SYMBOLS * sizeof(Elf64_Sym) +
				    sizeof(Elf64_Sym);
}

static void damage(void **state)
{
	static const struct {
		void (*spoil)(struct elf_blob *blob);
		int code;
	} rows[] = {
		{spoil_magic, -ENOEXEC},
		{spoil_class, -ENOEXEC},
		{spoil_order, -ENOEXEC},
		{spoil_segment_size, -EINVAL},
		{spoil_segment_count, -EINVAL},
		{spoil_segments, -EINVAL},
		{spoil_section_size, -EINVAL},
		{spoil_section_count, -EINVAL},
		{spoil_sections, -EINVAL},
		{spoil_link, -EINVAL},
		{spoil_strings, -EINVAL},
		{spoil_strings_place, -EINVAL},
		{spoil_entry_size, -EINVAL},
		{spoil_symbols_place, -EINVAL},
		{spoil_symbols_end, -EINVAL},
		{spoil_symbol_count, -E2BIG},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct elf_functions *functions;
		struct elf_blob blob;
		int result;

		elf_blob_init(&blob);
		rows[i].spoil(&blob);
		result = elf_functions_new(&functions, elf_blob_file(&blob, sizeof(blob)));
		if (result != rows[i].code)
			fail_msg("row %zu: %d instead of %d", i, result, rows[i].code);
	}
}

/* A name that is not in the table of names is no function; one at the end of the file is cut. */
static void damaged_names(void **state)
{
	struct elf_functions *functions;
	struct elf_blob blob;
	char name[64];

	(void)state;
	elf_blob_init(&blob);
	blob.symbols[1].st_name = sizeof(blob.names);
	memset(blob.names + 19, 'x', sizeof(blob.names) - 19);
	functions = functions_of(&blob);
	assert_int_equal(elf_functions_name(functions, 0x401000, name, sizeof(name)), -ENOENT);
	assert_int_equal(elf_functions_name(functions, 0x401300, name, sizeof(name)), 0);
	assert_int_equal(strlen(name), sizeof(blob.names) - 19);
	elf_functions_free(functions);
}

static void cut_files(void **state)
{
	struct elf_blob blob;

	(void)state;
	elf_blob_init(&blob);
	for (size_t size = 0; size < offsetof(struct elf_blob, names); size += 8) {
		struct elf_functions *functions;
		int result = elf_functions_new(&functions, elf_blob_file(&blob, size));

		assert_int_equal(result, size < sizeof(blob.header) ? -ENOEXEC : -EINVAL);
	}
	elf_functions_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(a_name_is_cut),
		cmocka_unit_test(addresses),
		cmocka_unit_test(no_symbols_are_no_error),
		cmocka_unit_test(damage),
		cmocka_unit_test(damaged_names),
		cmocka_unit_test(cut_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
