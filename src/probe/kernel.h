/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc and /sys say about the running kernel. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* CAP_SYS_ADMIN, or CAP_BPF with CAP_PERFMON, in the effective set. */
bool kernel_privileged(void);
/* What to do about it: "run as root or with ...". */
extern const char kernel_privileges_advice[];

/*
 * The first line of a small file, without its line break. 0, or a negative errno.
 */
int kernel_read_line(const char *file, char *line, size_t size) MUST_CHECK;
/* The first line as a number: -EINVAL if it is none. */
int kernel_read_number(const char *file, unsigned long long *number) MUST_CHECK;

/*
 * Where tracefs is mounted, read from the mount table: /sys/kernel/tracing before other places.
 * -ENOENT if it is not, -ENAMETOOLONG.
 */
int kernel_tracefs(char *path, size_t size) MUST_CHECK;

/* A whole file, in pages of its own so that they go back to the system when freed. */
struct kernel_file {
	void *bytes;
	size_t size;	 /* bytes of the file */
	size_t capacity; /* bytes of the pages */
};

/* 0, -EFBIG above `limit` bytes, -EISDIR and the like for what is not a regular file, a negative
 * errno. */
int kernel_file_read(struct kernel_file *file, const char *path, size_t limit) MUST_CHECK;
/* The same for a file that nobody can cut short meanwhile, as in sysfs: mapped if possible (BTF
 * from Linux 6.16 on), else read. */
int kernel_file_map(struct kernel_file *file, const char *path, size_t limit) MUST_CHECK;
void kernel_file_free(struct kernel_file *file); /* accepts a zeroed file */
