/* SPDX-License-Identifier: Apache-2.0 */
/* What reader.c, batch.c and walk.c share. */
#pragma once

#include "read/key_set.h"
#include "read/reader.h"

#include <stdbool.h>

/* The kernel's own "not supported" (include/linux/errno.h), which it lets out to user space. */
#define ENOTSUPP 524

enum pass_state {
	PASS_START,
	PASS_MORE,
	PASS_DONE,
	PASS_FAILED,
};

/* A map type that can be read. */
struct shape {
	uint32_t type; /* enum bpf_map_type */
	bool per_cpu;
	bool array; /* keys are the indexes 0 to max_entries - 1 */
	/* One batch without batch calls; results as for reader_next. */
	int (*walk)(struct reader *reader, struct err *err);
};

struct reader {
	const struct map_info *info;
	const struct map_calls *calls;
	const struct shape *shape;
	size_t cpu_stride, value_stride;
	uint32_t cpu_count;
	enum pass_state state;

	/* Rows of the present batch. */
	unsigned char *keys, *values;
	uint32_t capacity, count;

	/* A pass that makes more calls than any map can need is given up. */
	uint64_t calls_left;

	/* batch.c */
	bool no_batch;	       /* found out: this kernel has no batch look-up for this map */
	uint32_t positions[2]; /* the kernel's cursor: bucket number or index (4 bytes each) */
	unsigned int position; /* which of the two is the next call's start */
	bool positioned;       /* false: start at the beginning */

	/* walk.c */
	struct key_set seen;
	unsigned char *cursor; /* last key of the walk, and room for the next one */
	bool at_first;	       /* no key yet in this sweep */
	unsigned int sweep;
	uint32_t index;
};

/* Change the room for rows; the rows are lost. */
int reader_resize(struct reader *reader, uint32_t capacity, struct err *err) MUST_CHECK;

/* All three: 1: reader->count rows; 0: none left; negative errno. batch_next gives -ENOTSUP,
 * without rows having been delivered, when the map has to be walked. */
int batch_next(struct reader *reader, struct err *err) MUST_CHECK;
int walk_hash(struct reader *reader, struct err *err) MUST_CHECK;
int walk_array(struct reader *reader, struct err *err) MUST_CHECK;
