/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One enum out of a BTF file (Documentation/bpf/btf.rst), in constant memory: vmlinux has 6 MiB, of
 * which a decoder needs a hundred names.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct kernel_enumerator {
	uint64_t value; /* negative ones in two's complement of 64 bits, if BTF says that it is
			   signed */
	const char *name;
};

struct kernel_enum {
	const struct kernel_enumerator *enumerators; /* in their order */
	size_t count;
	uint32_t size; /* bytes, 1 to 8 */
};

/*
 * The enum called `name`, or else the first that has an enumerator of this name: many enums have
 * none of their own. Strings live in `arena`. -ENOENT if there is none, -EINVAL if the file is no
 * BTF of this machine's byte order, is damaged, or the enum has more than LIMIT_ENUM_NAMES; the
 * errno of reading; -ENOMEM.
 */
int btf_enum_read(const char *path, const char *name, struct arena *arena,
	struct kernel_enum *result, struct err *err) MUST_CHECK;
