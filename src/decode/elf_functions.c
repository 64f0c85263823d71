/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/elf_functions.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

enum {
	SYMBOLS_READ = 256, /* at a time */
};

struct function {
	uint64_t begin, name; /* name: its place in the file */
	uint32_t size;
	uint32_t rank; /* of several at one place the lower one is taken */
};

struct segment {
	uint64_t offset, size, address;
};

struct elf_functions {
	int fd;
	struct segment *segments;
	size_t segment_count;
	struct function *functions; /* by begin, then rank */
	size_t count, room;
	uint64_t longest; /* no function is larger */
	uint64_t symbols_read;
};

static int read_at(int fd, void *to, size_t size, uint64_t offset)
{
	ssize_t n;

	if (offset > INT64_MAX)
		return -EINVAL;
	do
		n = pread(fd, to, size, (off_t)offset);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EINVAL;
}

static int read_header(int fd, Elf64_Ehdr *header)
{
	int result = read_at(fd, header, sizeof(*header), 0);
	unsigned char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

	if (result)
		return result == -EINVAL ? -ENOEXEC : result;
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
		header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != order)
		return -ENOEXEC;
	if ((header->e_phnum && header->e_phentsize != sizeof(Elf64_Phdr)) ||
		(header->e_shnum && header->e_shentsize != sizeof(Elf64_Shdr)) ||
		header->e_phnum > LIMIT_FILE_SEGMENTS || header->e_shnum > LIMIT_FILE_SECTIONS)
		return -EINVAL;
	return 0;
}

static int read_segments(struct elf_functions *self, const Elf64_Ehdr *header)
{
	self->segments = calloc(header->e_phnum + 1, sizeof(*self->segments));
	if (!self->segments)
		return -ENOMEM;
	for (size_t i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr program;
		int result = read_at(
			self->fd, &program, sizeof(program), header->e_phoff + i * sizeof(program));

		if (result)
			return result;
		if (program.p_type == PT_LOAD)
			self->segments[self->segment_count++] = (struct segment){
				program.p_offset, program.p_filesz, program.p_vaddr};
	}
	return 0;
}

static bool is_function(const Elf64_Sym *symbol)
{
	unsigned char type = ELF64_ST_TYPE(symbol->st_info);

	return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol->st_shndx != SHN_UNDEF &&
	       symbol->st_value && symbol->st_name;
}

static int add(struct elf_functions *self, const Elf64_Sym *symbol, const Elf64_Shdr *names)
{
	struct function *function;

	if (!is_function(symbol) || symbol->st_name >= names->sh_size)
		return 0;
	if (self->count == self->room) {
		size_t room = self->room ? 2 * self->room : 512;
		struct function *more;

		if (self->count == LIMIT_FUNCTIONS)
			return -E2BIG;
		more = realloc(self->functions, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		self->functions = more;
		self->room = room;
	}
	function = &self->functions[self->count++];
	*function = (struct function){
		.begin = symbol->st_value,
		.name = names->sh_offset + symbol->st_name,
		/* Assembly code may not say its size: then the address must be the first. */
		.size = symbol->st_size > UINT32_MAX ? UINT32_MAX : (uint32_t)symbol->st_size,
		.rank = ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL ? 0 : 1,
	};
	if (function->size > self->longest)
		self->longest = function->size;
	return 0;
}

static int read_symbols(
	struct elf_functions *self, const Elf64_Shdr *table, const Elf64_Shdr *names)
{
	Elf64_Sym symbols[SYMBOLS_READ];
	uint64_t left = table->sh_size / sizeof(*symbols), offset = table->sh_offset;

	if (left > LIMIT_FILE_SYMBOLS - self->symbols_read)
		return -E2BIG;
	self->symbols_read += left;
	while (left) {
		size_t n = left < SYMBOLS_READ ? (size_t)left : SYMBOLS_READ;
		int result = read_at(self->fd, symbols, n * sizeof(*symbols), offset);

		for (size_t i = 0; i < n && !result; i++)
			result = add(self, &symbols[i], names);
		if (result)
			return result;
		offset += n * sizeof(*symbols);
		left -= n;
	}
	return 0;
}

static int read_section(
	const struct elf_functions *self, const Elf64_Ehdr *header, size_t i, Elf64_Shdr *section)
{
	return read_at(self->fd, section, sizeof(*section), header->e_shoff + i * sizeof(*section));
}

static int read_sections(struct elf_functions *self, const Elf64_Ehdr *header)
{
	Elf64_Shdr table, names;

	for (size_t i = 0; i < header->e_shnum; i++) {
		int result = read_section(self, header, i, &table);

		if (result)
			return result;
		if (table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM)
			continue;
		if (table.sh_entsize != sizeof(Elf64_Sym) || table.sh_link >= header->e_shnum)
			return -EINVAL;
		result = read_section(self, header, table.sh_link, &names);
		if (result)
			return result;
		if (names.sh_type != SHT_STRTAB || names.sh_offset > INT64_MAX ||
			names.sh_size > INT64_MAX)
			return -EINVAL;
		result = read_symbols(self, &table, &names);
		if (result)
			return result;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

int elf_functions_new(struct elf_functions **functions, int fd)
{
	struct elf_functions *self = calloc(1, sizeof(*self));
	struct function *less;
	Elf64_Ehdr header;
	int result;

	if (!self) {
		close(fd);
		return -ENOMEM;
	}
	self->fd = fd;
	result = read_header(fd, &header);
	if (!result)
		result = read_segments(self, &header);
	if (!result)
		result = read_sections(self, &header);
	if (result) {
		elf_functions_free(self);
		return result;
	}
	less = self->count ? realloc(self->functions, self->count * sizeof(*less)) : NULL;
	self->functions = less ? less : self->functions;
	if (self->count)
		qsort(self->functions, self->count, sizeof(*self->functions), compare);
	*functions = self;
	return 0;
}

void elf_functions_free(struct elf_functions *self)
{
	if (!self)
		return;
	close(self->fd);
	free(self->segments);
	free(self->functions);
	free(self);
}

size_t elf_functions_bytes(const struct elf_functions *self)
{
	return sizeof(*self) + self->segment_count * sizeof(*self->segments) +
	       self->count * sizeof(*self->functions);
}

int elf_functions_address(const struct elf_functions *self, uint64_t offset, uint64_t *address)
{
	for (size_t i = 0; i < self->segment_count; i++) {
		const struct segment *segment = &self->segments[i];

		if (offset < segment->offset || offset - segment->offset >= segment->size)
			continue;
		*address = segment->address + (offset - segment->offset);
		return 0;
	}
	return -ENOENT;
}

static bool contains(const struct function *function, uint64_t address)
{
	return address - function->begin < function->size || address == function->begin;
}

/* The last one that begins at or before the address and contains it; functions may be nested. */
static const struct function *find(const struct elf_functions *self, uint64_t address)
{
	const struct function *found = NULL;
	size_t low = 0, high = self->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (self->functions[middle].begin <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low, steps = 0; i-- && steps < LIMIT_NESTED_FUNCTIONS; steps++) {
		const struct function *function = &self->functions[i];

		if (found && function->begin != found->begin)
			break;
		if (address - function->begin > self->longest)
			break;
		/* Of those that begin there the first in the table comes last. */
		if (contains(function, address))
			found = function;
	}
	return found;
}

int elf_functions_name(const struct elf_functions *self, uint64_t address, char *name, size_t size)
{
	const struct function *function = find(self, address);
	ssize_t n;

	if (!function)
		return -ENOENT;
	do
		n = pread(self->fd, name, size - 1, (off_t)function->name);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	name[n] = '\0';
	return *name ? 0 : -ENOENT;
}
