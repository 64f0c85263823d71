/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BTF as bytes (Documentation/bpf/btf.rst): checked before libbpf gets to see it, because
 * libbpf 1.1 follows type numbers without looking; and searched without the memory that a parsed
 * vmlinux BTF takes.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parts of the caller's bytes, at any alignment. */
struct btf_raw {
	const unsigned char *types;
	const char *strings; /* starts and ends with NUL */
	uint32_t types_size, strings_size;
};

/* The header and where the parts lie; host byte order only. -EINVAL with a sentence that begins
 * "its BTF ". */
int btf_raw_init(struct btf_raw *btf, const void *bytes, size_t size, struct err *err) MUST_CHECK;

/* Every type: sizes, type numbers, names, no chain of typedefs and qualifiers without an end.
 * -EINVAL, -ENOMEM. */
int btf_raw_check(const struct btf_raw *btf, struct err *err) MUST_CHECK;

/* The same for .BTF.ext, whose names are in `btf`. */
int btf_raw_check_ext(
	const struct btf_raw *btf, const void *bytes, size_t size, struct err *err) MUST_CHECK;

/* Offset of the string that is exactly `name`; 0 if there is none. */
uint32_t btf_raw_string(const struct btf_raw *btf, const char *name);

/* Whether there is a type of the kind (BTF_KIND_*) with this name offset. */
bool btf_raw_has(const struct btf_raw *btf, uint32_t kind, uint32_t name_offset);
