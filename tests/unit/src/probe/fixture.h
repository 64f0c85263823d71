/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of src/probe share. */
#pragma once

#include "probe/probe.h"

#include <stddef.h>

enum {
	SKIPPED = 77
};

/* Path of a compiled tests/unit/src/probe/NAME.bpf.c; valid until the next call. */
const char *object_path(const char *name);

/* The whole file; the caller frees it. */
unsigned char *read_bytes(const char *path, size_t *size);

/* probe_open on bytes. */
int open_bytes(struct probe **probe, const void *bytes, size_t size, struct err *err);

/* Open with one choice of the NULL-terminated programs; fails the test if that fails. */
struct probe *open_choice(const char *name, const char *const *programs);

/* 0, or SKIPPED after saying why programs cannot be loaded here. */
int need_bpf(void);

/* A new folder on bpffs, named in `path`; the caller removes it. SKIPPED after saying why there is
 * none. */
int need_bpffs(char *path, size_t size);
