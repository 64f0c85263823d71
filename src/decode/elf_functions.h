/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of a 64-bit ELF file by their addresses: symbols of .symtab and .dynsym (System V
 * gABI 4.1, chapters 4 and 5). The file may be anything, and may change while it is read: every
 * number of it is checked, nothing of it is mapped, and the names stay in it.
 */
#pragma once

#include "base/compiler.h"

#include <stddef.h>
#include <stdint.h>

struct elf_functions;

/*
 * `fd` is taken, also if this fails; it is kept open for the names. -ENOEXEC: no ELF file of this
 * machine's word size and byte order; -EINVAL: damaged; -E2BIG: more than LIMIT_FUNCTIONS; -ENOMEM;
 * what pread() says. A file without symbols has no functions, which is no error.
 */
int elf_functions_new(struct elf_functions **functions, int fd) MUST_CHECK;
void elf_functions_free(struct elf_functions *functions);
/* Bytes of memory that it takes, about. */
size_t elf_functions_bytes(const struct elf_functions *functions);

/* Where the byte of the file at `offset` is by its program headers. -ENOENT: it is not loaded. */
int elf_functions_address(
	const struct elf_functions *functions, uint64_t offset, uint64_t *address) MUST_CHECK;

/*
 * The name, cut to `size` with its NUL, of the function that has the address. Of several the one
 * that begins last, and a global one before others. -ENOENT: there is none.
 */
int elf_functions_name(const struct elf_functions *functions, uint64_t address, char *name,
	size_t size) MUST_CHECK;
