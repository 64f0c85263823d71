/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel map that a test can change between any two calls. One at a time: system calls carry no
 * context. */
#pragma once

#include "read/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fake_call {
	FAKE_BATCH,
	FAKE_NEXT_KEY,
	FAKE_LOOKUP,
};

enum {
	FAKE_ROWS = 20000
};

struct fake_map {
	/* Bucket by bucket, each from its front, as in kernel/bpf/hashtab.c. */
	struct fake_row {
		uint32_t bucket, key;
		uint64_t value;
	} rows[FAKE_ROWS];
	size_t count;
	uint32_t bucket_count;
	bool array;
	size_t value_size; /* 0: sizeof(uint64_t) */

	/* Runs before each call; what it returns other than 0 is the call's result. */
	int (*before)(struct fake_map *map, enum fake_call call, unsigned int number);
	/* Runs after a batch call that the map served itself. */
	int (*after_batch)(struct fake_map *map, int result, uint32_t *count);
	unsigned int calls[3];
};

extern struct fake_map fake;
extern const struct map_calls fake_calls;

/* Empty; `bucket_count` buckets, or an array if 0. */
void fake_reset(uint32_t bucket_count);
void fake_insert(uint32_t key, uint64_t value); /* at the front of its bucket */
bool fake_delete(uint32_t key);
struct map_info fake_info(uint32_t type, uint32_t max_entries);

/* One pass. Counts how often each key below `key_count` came and checks that value == key * 3
 * in each row. Returns the rows, or the error of the pass. */
long fake_read(struct reader *reader, unsigned int *seen, size_t key_count, struct err *err);
