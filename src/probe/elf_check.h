/* SPDX-License-Identifier: Apache-2.0 */
/* A look over a BPF object before libelf and libbpf get it: they trust section bounds, symbols and
 * type numbers. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stddef.h>

/*
 * -EINVAL with what is wrong ("it is ...") for anything but a whole relocatable ELF object of the
 * BPF machine in this machine's byte order, with sections, symbols, relocations and BTF that stay
 * inside it.
 */
int elf_check(const void *bytes, size_t size, struct err *err) MUST_CHECK;

/*
 * The contents of the section `name` of an object that elf_check has passed: borrowed, part of
 * `bytes`. -ENOENT if there is none, -EINVAL if there are several or it has no contents in the
 * file.
 */
int elf_section(const void *bytes, size_t size, const char *name, const void **contents,
	size_t *length, struct err *err) MUST_CHECK;
