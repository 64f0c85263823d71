/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attributes of each series as OTLP bytes, made once. Those of a metric lie in one block in the
 * order in which they were made, so that encoding reads memory from front to back; bytes of series
 * whose number went to other attributes are squeezed out when they are half of the block. Never
 * more than the model has series.
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

enum {
	ENCODE_CHUNK = 256,
	/* At multiples of these bytes the attributes of a series begin: 16 GiB of a metric at most.
	 */
	ENCODE_GRAIN = 4,
	/* Bytes behind any attributes that may be read, and are nothing. */
	ENCODE_SLACK = 16,
};

struct encode_table {
	const struct metric *metric; /* whose attributes these are */
	/* Of each series: where in `bytes` its attributes are, behind a varint of their length; in
	 * grains, plus 1; 0: not made yet. */
	uint32_t *places;
	uint32_t *generations; /* of the series when they were made */
	uint32_t count, generation_count;
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

/* The table of a metric with a place for each of its series, valid until the next call. Forgets
 * attributes that series do not have any more. NULL when out of memory. */
struct encode_table *encode_cache_table(struct encode_cache *cache, const struct metric *metric);

/* Make the attributes of a series. 0 or -ENOMEM. */
int encode_attrs_fill(struct encode_table *table, uint32_t series) MUST_CHECK;

static inline bool encode_attrs_known(const struct encode_table *table, uint32_t series)
{
	return table->places[series];
}

/* The attributes of a series, which are known. */
static inline const uint8_t *encode_attrs(
	const struct encode_table *table, uint32_t series, uint32_t *length)
{
	const uint8_t *at = table->bytes + (size_t)(table->places[series] - 1) * ENCODE_GRAIN;
	unsigned int shift = 0;

	*length = *at & 0x7f;
	while (*at++ & 0x80)
		*length |= (uint32_t)(*at & 0x7f) << (shift += 7);
	return at;
}
