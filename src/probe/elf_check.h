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
