/* SPDX-License-Identifier: Apache-2.0 */
/* System V ABI, gABI 4.1, chapter 4 (symbols, relocations); of an object that elf_check has passed.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "probe/probe_private.h"

/* A part of the object's code: that of a program that is left out. */
struct range {
	size_t section;
	uint64_t start, end;
};

struct search {
	struct probe *probe;
	const unsigned char *bytes;
	Elf64_Ehdr header;
	struct range *left_out; /* as many as there are programs, at most */
	size_t left_out_count;
};

static Elf64_Shdr section_at(const struct search *search, size_t index)
{
	Elf64_Shdr section;

	memcpy(&section, search->bytes + search->header.e_shoff + index * sizeof(section),
		sizeof(section));
	return section;
}

static Elf64_Sym symbol_at(const struct search *search, const Elf64_Shdr *table, size_t index)
{
	Elf64_Sym symbol;

	memcpy(&symbol, search->bytes + table->sh_offset + index * sizeof(symbol), sizeof(symbol));
	return symbol;
}

static const char *symbol_name(
	const struct search *search, const Elf64_Shdr *table, const Elf64_Sym *symbol)
{
	Elf64_Shdr strings = section_at(search, table->sh_link);

	return (const char *)search->bytes + strings.sh_offset + symbol->st_name;
}

static bool in_maps(const struct search *search, const Elf64_Sym *symbol)
{
	Elf64_Shdr names, section;

	if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE)
		return false;
	names = section_at(search, search->header.e_shstrndx);
	section = section_at(search, symbol->st_shndx);
	return !strcmp((const char *)search->bytes + names.sh_offset + section.sh_name, ".maps");
}

static void find_left_out(struct search *search, const Elf64_Shdr *table)
{
	for (size_t i = 0; i < table->sh_size / sizeof(Elf64_Sym); i++) {
		Elf64_Sym symbol = symbol_at(search, table, i);
		const struct program *program;

		if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC)
			continue;
		program = probe_program(search->probe, symbol_name(search, table, &symbol));
		if (!program || program->selected ||
			search->left_out_count == search->probe->program_count)
			continue;
		search->left_out[search->left_out_count++] = (struct range){
			.section = symbol.st_shndx,
			.start = symbol.st_value,
			.end = symbol.st_value + symbol.st_size,
		};
	}
}

static bool is_left_out(const struct search *search, size_t section, uint64_t offset)
{
	for (size_t i = 0; i < search->left_out_count; i++) {
		const struct range *range = &search->left_out[i];

		if (range->section == section && offset >= range->start && offset < range->end)
			return true;
	}
	return false;
}

/* A reference from section `from`: to one map or, if it does not say to which, to any. */
static void note(struct search *search, size_t from, uint64_t offset, const char *name)
{
	struct probe *probe = search->probe;
	bool known = probe_map(probe, name) != NULL;
	bool left_out = is_left_out(search, from, offset);

	for (size_t i = 0; i < probe->map_count; i++) {
		if (known && strcmp(probe->maps[i].name, name) != 0)
			continue;
		probe->uses[i].by_left_out |= left_out && known;
		probe->uses[i].by_others |= !left_out || !known;
	}
}

static void find_references(struct search *search, const Elf64_Shdr *table)
{
	Elf64_Shdr symbols = section_at(search, table->sh_link);
	Elf64_Shdr target = section_at(search, table->sh_info);

	if (!(target.sh_flags & SHF_ALLOC)) /* BTF and the like */
		return;
	for (size_t at = 0; at < table->sh_size; at += sizeof(Elf64_Rel)) {
		Elf64_Rel entry;
		Elf64_Sym symbol;

		memcpy(&entry, search->bytes + table->sh_offset + at, sizeof(entry));
		symbol = symbol_at(search, &symbols, ELF64_R_SYM(entry.r_info));
		if (in_maps(search, &symbol))
			note(search, table->sh_info, entry.r_offset,
				symbol_name(search, &symbols, &symbol));
	}
}

static void each_section(
	struct search *search, uint32_t type, void (*visit)(struct search *, const Elf64_Shdr *))
{
	for (size_t i = 0; i < search->header.e_shnum; i++) {
		Elf64_Shdr section = section_at(search, i);

		if (section.sh_type == type)
			visit(search, &section);
	}
}

/* A table is made with all that user space needs of it. */
static void mark(struct probe *probe, const struct map_info *map)
{
	const struct map_info *parts[] = {map, map->index, map->free_slots, map->spread};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i])
			probe->uses[parts[i] - probe->maps].made = true;
	}
}

int map_use_find(struct probe *probe, struct err *err)
{
	struct search search = {.probe = probe, .bytes = probe->bytes.bytes};

	if (!probe->uses)
		return 0;
	memcpy(&search.header, search.bytes, sizeof(search.header));
	search.left_out = calloc(probe->program_count + 1, sizeof(*search.left_out));
	if (!search.left_out)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < probe->map_count; i++)
		probe->uses[i] = (struct map_use){.read = probe->uses[i].read};
	each_section(&search, SHT_SYMTAB, find_left_out);
	each_section(&search, SHT_REL, find_references);
	free(search.left_out);
	for (size_t i = 0; i < probe->map_count; i++) {
		const struct map_use *use = &probe->uses[i];

		if (use->read || use->by_others || !use->by_left_out)
			mark(probe, &probe->maps[i]);
	}
	return 0;
}

bool map_is_made(const struct probe *probe, size_t index)
{
	return !probe->uses || probe->uses[index].made;
}

int map_use_apply(const struct probe *probe, struct err *err)
{
	for (size_t i = 0; i < probe->map_count; i++) {
		const char *name = probe->maps[i].name;
		int result = bpf_map__set_autocreate(
			bpf_object__find_map_by_name(probe->object, name), map_is_made(probe, i));

		if (result < 0)
			return err_set(err, result, "map %s: %s", name, strerror(-result));
	}
	return 0;
}

int probe_spare_maps(struct probe *probe, const char *const *read, size_t count, struct err *err)
{
	probe->uses = arena_alloc(&probe->arena, (probe->map_count + 1) * sizeof(*probe->uses));
	if (!probe->uses)
		return err_set(err, -ENOMEM, "out of memory");
	memset(probe->uses, 0, (probe->map_count + 1) * sizeof(*probe->uses));
	for (size_t i = 0; i < count; i++) {
		const struct map_info *map = probe_map(probe, read[i]);

		if (map)
			probe->uses[map - probe->maps].read = true;
	}
	return 0;
}
