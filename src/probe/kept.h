/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that outlives the process: an array map that is mapped, with a name on bpffs. What is
 * stored there is there for the next process at once, whatever ends this one.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Zeroed is none. */
struct kept {
	uint8_t *memory;
	size_t size; /* of the memory: a multiple of 4096 */
	int fd;
};

/* At least `size` bytes of zeros, without a name yet. `kept` is none before. */
int kept_make(struct kept *kept, size_t size, struct err *err) MUST_CHECK;

/* Give it the name `path`, from which what had it before is taken in the same instant. */
int kept_name(const struct kept *kept, const char *path, struct err *err) MUST_CHECK;

/* What has that name. -ENOENT if there is nothing, -EINVAL if it is something else, with fewer than
 * `smallest` bytes for one. */
int kept_open(struct kept *kept, const char *path, size_t smallest, struct err *err) MUST_CHECK;

/* The memory stays if it has a name. Accepts none. */
void kept_close(struct kept *kept);
