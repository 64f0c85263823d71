/* SPDX-License-Identifier: Apache-2.0 */
/* System V ABI, gABI 4.1, chapter 4; llvm BPF backend. */
#include "probe/elf_check.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "probe/btf_raw.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

struct object {
	const unsigned char *bytes;
	size_t size;
	Elf64_Ehdr header;
	Elf64_Shdr names; /* section names */
};

static int check_ident(const struct object *object, struct err *err)
{
	const unsigned char *ident = object->bytes;

	if (object->size < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG))
		return err_set(err, -EINVAL,
			"it is not an ELF file; expected a BPF object, as clang -target bpf makes "
			"it");
	if (ident[EI_CLASS] != ELFCLASS64)
		return err_set(err, -EINVAL, "it is not a 64-bit ELF file, as BPF objects are");
	if (ident[EI_DATA] !=
		(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB))
		return err_set(err, -EINVAL,
			"it is %s-endian, this machine is not; compile it for this machine",
			ident[EI_DATA] == ELFDATA2LSB ? "little" : "big");
	return 0;
}

static int check_header(struct object *object, struct err *err)
{
	Elf64_Ehdr *header = &object->header;

	if (object->size < sizeof(*header))
		return err_set(err, -EINVAL, "it is truncated inside the ELF header");
	memcpy(header, object->bytes, sizeof(*header));
	if (header->e_machine != EM_BPF)
		return err_set(err, -EINVAL,
			"it is for machine %u, not for BPF (%u); compile it with clang -target bpf",
			header->e_machine, EM_BPF);
	if (header->e_type != ET_REL)
		return err_set(err, -EINVAL, "it is ELF type %u, not a relocatable object (%u)",
			header->e_type, ET_REL);
	if (header->e_shnum == 0 || header->e_shnum > LIMIT_OBJECT_SECTIONS ||
		header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shstrndx >= header->e_shnum)
		return err_set(err, -EINVAL, "it has %u sections of %u bytes each in its table",
			header->e_shnum, header->e_shentsize);
	if (header->e_shoff > object->size ||
		header->e_shnum * sizeof(Elf64_Shdr) > object->size - header->e_shoff)
		return err_set(err, -EINVAL,
			"it is truncated: %zu bytes, and the section table ends at byte %llu",
			object->size,
			header->e_shoff + header->e_shnum * (unsigned long long)sizeof(Elf64_Shdr));
	return 0;
}

static Elf64_Shdr section_at(const struct object *object, size_t index)
{
	Elf64_Shdr section;

	memcpy(&section, object->bytes + object->header.e_shoff + index * sizeof(section),
		sizeof(section));
	return section;
}

static const char *section_name(const struct object *object, const Elf64_Shdr *section)
{
	return (const char *)object->bytes + object->names.sh_offset + section->sh_name;
}

static bool in_file(const struct object *object, const Elf64_Shdr *section)
{
	return section->sh_offset <= object->size &&
	       section->sh_size <= object->size - section->sh_offset;
}

static bool is_strings(const struct object *object, const Elf64_Shdr *section)
{
	return section->sh_type == SHT_STRTAB && section->sh_size && in_file(object, section) &&
	       !object->bytes[section->sh_offset + section->sh_size - 1];
}

static int check_symbols(const struct object *object, const Elf64_Shdr *table)
{
	Elf64_Shdr strings, section;
	Elf64_Sym symbol;

	if (table->sh_entsize != sizeof(symbol) || table->sh_size % sizeof(symbol) ||
		table->sh_link >= object->header.e_shnum)
		return -EINVAL;
	strings = section_at(object, table->sh_link);
	if (!is_strings(object, &strings))
		return -EINVAL;
	for (size_t at = 0; at < table->sh_size; at += sizeof(symbol)) {
		memcpy(&symbol, object->bytes + table->sh_offset + at, sizeof(symbol));
		if (symbol.st_name >= strings.sh_size)
			return -EINVAL;
		if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE)
			continue;
		if (symbol.st_shndx >= object->header.e_shnum)
			return -EINVAL;
		section = section_at(object, symbol.st_shndx);
		if (symbol.st_value > section.sh_size ||
			symbol.st_size > section.sh_size - symbol.st_value)
			return -EINVAL;
	}
	return 0;
}

static int check_relocations(const struct object *object, const Elf64_Shdr *table)
{
	Elf64_Shdr symbols, target;
	Elf64_Rel entry;

	if (table->sh_entsize != sizeof(entry) || table->sh_size % sizeof(entry) ||
		table->sh_link >= object->header.e_shnum ||
		table->sh_info >= object->header.e_shnum)
		return -EINVAL;
	symbols = section_at(object, table->sh_link);
	target = section_at(object, table->sh_info);
	if (symbols.sh_type != SHT_SYMTAB)
		return -EINVAL;
	for (size_t at = 0; at < table->sh_size; at += sizeof(entry)) {
		memcpy(&entry, object->bytes + table->sh_offset + at, sizeof(entry));
		if (ELF64_R_SYM(entry.r_info) >= symbols.sh_size / sizeof(Elf64_Sym) ||
			entry.r_offset >= target.sh_size)
			return -EINVAL;
	}
	return 0;
}

static int check_section(const struct object *object, size_t index, struct err *err)
{
	Elf64_Shdr section = section_at(object, index);
	int rc = 0;

	if (section.sh_name >= object->names.sh_size)
		return err_set(err, -EINVAL, "its section %zu has a name outside the file", index);
	if (section.sh_type == SHT_NULL)
		return 0;
	if (section.sh_flags & SHF_COMPRESSED)
		return err_set(err, -EINVAL, "its section %s is compressed",
			section_name(object, &section));
	if (section.sh_type == SHT_NOBITS) {
		if (section.sh_size > LIMIT_OBJECT_BYTES)
			return err_set(err, -EINVAL, "its section %s takes %llu bytes; at most %d",
				section_name(object, &section), (unsigned long long)section.sh_size,
				LIMIT_OBJECT_BYTES);
		return 0;
	}
	if (!in_file(object, &section))
		return err_set(err, -EINVAL, "it is truncated: section %s passes its end",
			section_name(object, &section));
	if (section.sh_type == SHT_STRTAB && !is_strings(object, &section))
		rc = -EINVAL;
	else if (section.sh_type == SHT_SYMTAB)
		rc = check_symbols(object, &section);
	else if (section.sh_type == SHT_REL)
		rc = check_relocations(object, &section);
	if (rc < 0)
		return err_set(
			err, rc, "its section %s is damaged", section_name(object, &section));
	return 0;
}

/* 1: the only section of this name; 0: there is none. */
static int find_section(
	const struct object *object, const char *name, Elf64_Shdr *result, struct err *err)
{
	int found = 0;

	for (size_t i = 1; i < object->header.e_shnum; i++) {
		Elf64_Shdr section = section_at(object, i);

		if (strcmp(section_name(object, &section), name))
			continue;
		if (section.sh_type != SHT_PROGBITS || found)
			return err_set(err, -EINVAL, "its section %s comes twice or is of type %u",
				name, section.sh_type);
		*result = section;
		found = 1;
	}
	return found;
}

static int check_btf(const struct object *object, struct err *err)
{
	Elf64_Shdr section = {0}, ext = {0};
	struct btf_raw btf;
	int rc = find_section(object, ".BTF", &section, err);
	int ext_rc = find_section(object, ".BTF.ext", &ext, err);

	if (rc < 0 || ext_rc < 0)
		return -EINVAL;
	if (!rc)
		return err_set(err, -EINVAL,
			"it has no BTF, which describes its maps; compile it with clang -g");
	rc = btf_raw_init(&btf, object->bytes + section.sh_offset, section.sh_size, err);
	if (rc == 0)
		rc = btf_raw_check(&btf, err);
	if (rc == 0 && ext_rc)
		rc = btf_raw_check_ext(&btf, object->bytes + ext.sh_offset, ext.sh_size, err);
	return rc;
}

static int open_object(struct object *object, struct err *err)
{
	int rc = check_ident(object, err);

	if (rc == 0)
		rc = check_header(object, err);
	if (rc < 0)
		return rc;
	object->names = section_at(object, object->header.e_shstrndx);
	if (!is_strings(object, &object->names))
		return err_set(err, -EINVAL, "it is truncated or has no section names");
	return 0;
}

int elf_check(const void *bytes, size_t size, struct err *err)
{
	struct object object = {.bytes = bytes, .size = size};
	int rc = open_object(&object, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < object.header.e_shnum; i++) {
		rc = check_section(&object, i, err);
		if (rc < 0)
			return rc;
	}
	return check_btf(&object, err);
}

int elf_section(const void *bytes, size_t size, const char *name, const void **contents,
	size_t *length, struct err *err)
{
	struct object object = {.bytes = bytes, .size = size};
	Elf64_Shdr section;
	int rc = open_object(&object, err);

	if (rc == 0)
		rc = find_section(&object, name, &section, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return err_set(err, -ENOENT, "it has no section %s", name);
	*contents = object.bytes + section.sh_offset;
	*length = section.sh_size;
	return 0;
}
