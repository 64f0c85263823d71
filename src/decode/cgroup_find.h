/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids of cgroups -> their paths. An id is the inode number of the cgroup's folder (kernfs, kernel
 * commit 67c0496e87d1), and the kernel finds the folder by it (open_by_handle_at) for those who
 * have CAP_DAC_READ_SEARCH; for others the tree is walked.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CGROUP_PATH = 4096
};

struct cgroup_tree {
	int fd; /* of `mount`; -1: none yet */
	bool by_handle;
	uint64_t id;		 /* of `mount`, if by_handle */
	char mount[CGROUP_PATH]; /* without a slash at the end */
};

/* `mount` is a folder with cgroups. 0, or a negative errno. `tree->fd` was -1 before. */
int cgroup_tree_open(struct cgroup_tree *tree, const char *mount) MUST_CHECK;
void cgroup_tree_close(struct cgroup_tree *tree);

/* Whether the kernel helps, now: privileges may have been given up. */
bool cgroup_tree_has_handles(struct cgroup_tree *tree);

/* The path by the kernel's help. -ENOENT: there is no such cgroup; -EPERM: not allowed, walk. */
int cgroup_by_handle(struct cgroup_tree *tree, uint64_t id, char path[CGROUP_PATH]) MUST_CHECK;

typedef void cgroup_callback(void *context, uint64_t id, const char *path);

/* Tell the paths of all cgroups, at most LIMIT_CGROUPS. */
void cgroup_walk(struct cgroup_tree *tree, cgroup_callback *callback, void *context);
