/* SPDX-License-Identifier: Apache-2.0 */
/* A small ELF file in memory, whose parts tests can spoil. */
#pragma once

#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	ELF_SYMBOLS = 7,
	ELF_SECTIONS = 3,
	ELF_ADDRESS = 0x401000, /* of what is at ELF_OFFSET in the file */
	ELF_OFFSET = 0x1000,
	ELF_SIZE = 0x1000,
};

struct elf_blob {
	Elf64_Ehdr header;
	Elf64_Phdr segments[2];
	Elf64_Shdr sections[ELF_SECTIONS];
	Elf64_Sym symbols[ELF_SYMBOLS];
	char names[64];
};

static inline void elf_blob_symbol(struct elf_blob *blob, size_t i, unsigned int name,
	unsigned char info, uint64_t value, uint64_t size)
{
	blob->symbols[i] = (Elf64_Sym){.st_name = name,
		.st_info = info,
		.st_shndx = 1,
		.st_value = value,
		.st_size = size};
}

static inline void elf_blob_init(struct elf_blob *blob)
{
	/* 1: local, 7: outer, 13: inner, 19: assembly, 28: alias, 34: data */
	static const char names[] = "\0local\0outer\0inner\0assembly\0alias\0data";

	memset(blob, 0, sizeof(*blob));
	memcpy(blob->header.e_ident, ELFMAG, SELFMAG);
	blob->header.e_ident[EI_CLASS] = ELFCLASS64;
	blob->header.e_ident[EI_DATA] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB
										  : ELFDATA2MSB;
	blob->header.e_type = ET_EXEC;
	blob->header.e_phoff = offsetof(struct elf_blob, segments);
	blob->header.e_phnum = 2;
	blob->header.e_phentsize = sizeof(Elf64_Phdr);
	blob->header.e_shoff = offsetof(struct elf_blob, sections);
	blob->header.e_shnum = ELF_SECTIONS;
	blob->header.e_shentsize = sizeof(Elf64_Shdr);
	blob->segments[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_filesz = UINT64_MAX};
	blob->segments[1] = (Elf64_Phdr){.p_type = PT_LOAD,
		.p_offset = ELF_OFFSET,
		.p_filesz = ELF_SIZE,
		.p_vaddr = ELF_ADDRESS};
	blob->sections[1] = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
		.sh_offset = offsetof(struct elf_blob, symbols),
		.sh_size = sizeof(blob->symbols),
		.sh_entsize = sizeof(Elf64_Sym),
		.sh_link = 2};
	blob->sections[2] = (Elf64_Shdr){.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct elf_blob, names),
		.sh_size = sizeof(blob->names)};
	memcpy(blob->names, names, sizeof(names));
	elf_blob_symbol(blob, 1, 1, ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 0x401000, 0x10);
	elf_blob_symbol(blob, 2, 7, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0x401100, 0x100);
	elf_blob_symbol(blob, 3, 13, ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 0x401140, 0x10);
	elf_blob_symbol(blob, 4, 19, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0x401300, 0);
	elf_blob_symbol(blob, 5, 28, ELF64_ST_INFO(STB_WEAK, STT_FUNC), 0x401100, 0x100);
	elf_blob_symbol(blob, 6, 34, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 0x401400, 0x100);
}

static inline int elf_blob_file(const void *bytes, size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, bytes, size) != (ssize_t)size) {
		close(fd);
		return -1;
	}
	return fd;
}
