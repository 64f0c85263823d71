/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/elf_check.h"

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

static struct err err;
static unsigned char *bytes;
static size_t size;

static int set_up(void **state)
{
	(void)state;
	bytes = read_bytes(object_path("programs"), &size);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

static Elf64_Ehdr *header(void)
{
	return (Elf64_Ehdr *)bytes;
}

static Elf64_Shdr *section(uint32_t type, const char *name)
{
	Elf64_Shdr *table = (Elf64_Shdr *)(bytes + header()->e_shoff);
	const char *names = (const char *)bytes + table[header()->e_shstrndx].sh_offset;

	for (size_t i = 1; i < header()->e_shnum; i++) {
		if (table[i].sh_type == type && (!name || !strcmp(names + table[i].sh_name, name)))
			return &table[i];
	}
	fail_msg("no section of type %u", type);
	return NULL;
}

static void *contents(const Elf64_Shdr *of)
{
	return bytes + of->sh_offset;
}

/* The last symbol that lies in a section. */
static Elf64_Sym *symbol(void)
{
	Elf64_Shdr *table = section(SHT_SYMTAB, NULL);
	Elf64_Sym *symbols = contents(table);
	size_t i = table->sh_size / sizeof(*symbols);

	while (i-- > 1) {
		if (symbols[i].st_shndx && symbols[i].st_shndx < SHN_LORESERVE)
			return &symbols[i];
	}
	fail_msg("no symbol");
	return NULL;
}

static Elf64_Rel *relocation(void)
{
	return contents(section(SHT_REL, NULL));
}

static void wrong_machine(void)
{
	header()->e_machine = EM_X86_64;
}
static void wrong_order(void)
{
	bytes[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
}
static void wrong_class(void)
{
	bytes[EI_CLASS] = ELFCLASS32;
}
static void program_not_object(void)
{
	header()->e_type = ET_EXEC;
}
static void no_magic(void)
{
	bytes[1] = 'X';
}
static void no_sections(void)
{
	header()->e_shnum = 0;
}
static void too_many_sections(void)
{
	header()->e_shnum = 0xfff0;
}
static void table_outside(void)
{
	header()->e_shoff = UINT64_MAX - 64;
}
static void names_outside(void)
{
	header()->e_shstrndx = header()->e_shnum;
}
static void small_headers(void)
{
	header()->e_shentsize = 40;
}
static void section_outside(void)
{
	section(SHT_PROGBITS, "license")->sh_offset = UINT64_MAX;
}
static void section_too_long(void)
{
	section(SHT_PROGBITS, "license")->sh_size = size;
}
static void section_compressed(void)
{
	section(SHT_PROGBITS, "license")->sh_flags |= SHF_COMPRESSED;
}
static void section_without_name(void)
{
	section(SHT_PROGBITS, "license")->sh_name = UINT32_MAX;
}
static void strings_without_end(void)
{
	Elf64_Shdr *strings = section(SHT_STRTAB, ".strtab");

	*((char *)contents(strings) + strings->sh_size - 1) = 'x';
}
static void symbol_name_outside(void)
{
	symbol()->st_name = UINT32_MAX;
}
/* st_value + st_size wraps around (CVE-2025-29481 in libbpf). */
static void symbol_wraps(void)
{
	symbol()->st_size = UINT64_MAX - 7;
}
static void symbol_outside(void)
{
	symbol()->st_value = size;
}
static void symbol_without_section(void)
{
	symbol()->st_shndx = header()->e_shnum;
}
static void symbols_link_nowhere(void)
{
	section(SHT_SYMTAB, NULL)->sh_link = UINT32_MAX;
}
static void relocation_outside(void)
{
	relocation()->r_offset = UINT64_MAX - 7;
}
static void relocation_without_symbol(void)
{
	relocation()->r_info = ELF64_R_INFO(0x7fffffffUL, 1UL);
}
static void relocations_target_nothing(void)
{
	section(SHT_REL, NULL)->sh_info = UINT32_MAX;
}
static void btf_damaged(void)
{
	*(uint16_t *)contents(section(SHT_PROGBITS, ".BTF")) = 0;
}
static void btf_truncated(void)
{
	section(SHT_PROGBITS, ".BTF")->sh_size -= 1;
}
static void btf_missing(void)
{
	section(SHT_PROGBITS, ".BTF")->sh_name += 1;
}
static void ext_truncated(void)
{
	section(SHT_PROGBITS, ".BTF.ext")->sh_size -= 4;
}

static void whole_object_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(elf_check(bytes, size, &err), 0);
}

static void damage_is_named(void **state)
{
	static const struct {
		void (*damage)(void);
		const char *text;
	} cases[] = {
		{no_magic, "it is not an ELF file"},
		{wrong_class, "it is not a 64-bit ELF file"},
		{wrong_order, "-endian, this machine is not"},
		{wrong_machine, "it is for machine 62, not for BPF (247)"},
		{program_not_object, "it is ELF type 2"},
		{no_sections, "it has 0 sections"},
		{too_many_sections, "it has 65520 sections"},
		{small_headers, "of 40 bytes each"},
		{table_outside, "it is truncated"},
		{names_outside, "sections of 64 bytes each"},
		{section_outside, "section license passes its end"},
		{section_too_long, "section license passes its end"},
		{section_compressed, "its section license is compressed"},
		{section_without_name, "has a name outside the file"},
		{strings_without_end, "no section names"},
		{symbol_name_outside, "its section .symtab is damaged"},
		{symbol_wraps, "its section .symtab is damaged"},
		{symbol_outside, "its section .symtab is damaged"},
		{symbol_without_section, "its section .symtab is damaged"},
		{symbols_link_nowhere, "its section .symtab is damaged"},
		{relocation_outside, "is damaged"},
		{relocation_without_symbol, "is damaged"},
		{relocations_target_nothing, "is damaged"},
		{btf_damaged, "its BTF begins with 0000"},
		{btf_truncated, "its BTF is truncated"},
		{btf_missing, "compile it with clang -g"},
		{ext_truncated, "its .BTF.ext is damaged"},
	};
	unsigned char *good = malloc(size);
	(void)state;

	assert_non_null(good);
	memcpy(good, bytes, size);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(bytes, good, size);
		cases[i].damage();
		err.text[0] = '\0';
		assert_int_equal(elf_check(bytes, size, &err), -EINVAL);
		if (!strstr(err.text, cases[i].text))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].text, err.text);
	}
	memcpy(bytes, good, size);
	free(good);
}

static void every_shorter_length_is_refused(void **state)
{
	(void)state;

	for (size_t length = 0; length < size; length++) {
		unsigned char *copy;

		/* Byte by byte where the headers are, then in steps. */
		if (length > 128 && length % 61)
			continue;
		copy = malloc(length + 1);
		assert_non_null(copy);
		memcpy(copy, bytes, length);
		assert_int_equal(elf_check(copy, length, &err), -EINVAL);
		free(copy);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_object_is_accepted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_shorter_length_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
