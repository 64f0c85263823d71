/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attributes of each series as OTLP bytes, made once. Those of a metric lie in one block in the
 * order in which they were made, so that encoding reads memory from front to back; bytes of series
 * whose number went to other attributes are squeezed out when they are half of the block. Never
 * more entries than the model has series.
 */
#pragma once

#include "base/compiler.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Repeated KeyValue fields, `tag` in front of each (OTLP common/v1). */
size_t attrs_encoded_size(const struct attr *attrs, size_t count);
uint8_t *attrs_encode(uint8_t *to, uint8_t tag, const struct attr *attrs, size_t count);

struct encode_entry {
	size_t offset; /* in the table's bytes, plus 1; 0: not made yet */
	uint32_t length;
	uint32_t generation;
};

enum {
	ENCODE_CHUNK = 256
};

struct encode_table {
	const struct metric *metric; /* whose entries these are */
	struct encode_entry *entries;
	uint32_t count;
	/* Of each ENCODE_CHUNK series: the length of all their attributes and of what tells it,
	 * 0: not known; for as long as the metric has made these `changes`. */
	uint32_t *chunks;
	uint32_t chunk_count, changes;
	uint8_t *bytes;
	size_t used, dead, capacity; /* bytes; dead ones are among the used */
};

struct encode_cache {
	struct encode_table *tables; /* by metric index */
	uint32_t count;
};

/* Zeroed is empty. */
void encode_cache_fini(struct encode_cache *cache);

/* The table of a metric with an entry for each of its series, valid until the next call. NULL when
 * out of memory. */
struct encode_table *encode_cache_table(struct encode_cache *cache, const struct metric *metric);

/* Make the entry of a series anew. 0 or -ENOMEM. */
int encode_entry_fill(struct encode_table *table, uint32_t series) MUST_CHECK;

/* True if the entry holds the attributes that the series has now. */
static inline bool encode_entry_valid(const struct encode_entry *entry, const struct series *series)
{
	return entry->offset && entry->generation == series->generation;
}

static inline const uint8_t *encode_entry_bytes(
	const struct encode_table *table, const struct encode_entry *entry)
{
	return table->bytes + entry->offset - 1;
}
