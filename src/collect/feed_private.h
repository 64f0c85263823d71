/* SPDX-License-Identifier: Apache-2.0 */
/* What feed.c, feed_table.c and feed_exponential.c share. */
#pragma once

#include "base/arena.h"
#include "collect/feed.h"
#include "collect/keytab.h"

struct feed_row {
	uint32_t state;	 /* of the slot whose key was decoded; 0: none yet */
	uint32_t series; /* or KEYTAB_UNDECODABLE */
};

struct feed {
	const struct metric_plan *plan;
	struct metric *metric;
	struct keytab *keys;	/* maps that are read in batches */
	struct feed_row *slots; /* tables: by slot, or by value and CPU */
	unsigned char *key;	/* key bytes, then the CPU number if CPUs are kept apart */
	uint64_t *buckets;	/* of one row */
	uint32_t *series;	/* of each row of the batch, or ROW_UNUSED */
	size_t series_size;
	struct arena scratch;
	uint64_t rows, undecodable;
	char undecodable_text[256];
};

/* The series of feed->key; KEYTAB_UNDECODABLE, and counted, if it cannot be decoded. 0 or -ENOMEM.
 */
int feed_decode_key(struct feed *feed, const unsigned char *key, uint32_t *series) MUST_CHECK;
/* Add what lies at `value` to the series. */
void feed_add_value(struct feed *feed, uint32_t series, const unsigned char *value);
void feed_add_exponential(struct feed *feed, uint32_t series, const unsigned char *value);
