/* SPDX-License-Identifier: Apache-2.0 */
/* What a process has at an address: proc_pid_maps(5). */
#pragma once

#include "base/compiler.h"

#include <stdint.h>

enum {
	PROCESS_MAP_PATH = 4096,
};

struct process_map {
	uint64_t begin, end;	     /* addresses; end is not part of it */
	uint64_t offset;	     /* of `begin` in the file */
	uint64_t inode;		     /* 0: no file */
	char path[PROCESS_MAP_PATH]; /* as the process sees it; "[stack]" and the like; may be "" */
};

/*
 * `proc` is "/proc" or a copy of it. -ENOENT if the process has nothing there; -ESRCH if there is
 * no such process; what open() and read() say.
 */
int process_map_find(
	const char *proc, uint32_t pid, uint64_t address, struct process_map *map) MUST_CHECK;

/*
 * The mapped file, opened for reading, also in other namespaces and if it was deleted. -ENOENT if
 * it is not there, -ESTALE if another one has its name now, -EINVAL if it is no regular file.
 */
int process_map_open(const char *proc, uint32_t pid, const struct process_map *map) MUST_CHECK;
