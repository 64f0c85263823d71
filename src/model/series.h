/* SPDX-License-Identifier: Apache-2.0 */
/* The series of one metric, found by their attributes. Private to the model. */
#pragma once

#include "base/hash.h"
#include "model/model.h"

/* What is looked at when a series comes, goes or counts anew; of histograms, also what the kernel
 * says, where the series has what is to be delivered. */
struct series_state {
	uint64_t hash;
	uint64_t retired; /* by metric_retire, since the source was last read */
	union { /* delta: this collection's, and the one's before; in the block of attrs */
		struct histogram *histogram;
		struct exponential *exponential;
	};
};

struct metric_state {
	struct series_state *series;
	/* Numbers. Delta: what the kernel says. Cumulative: what entries counted that are gone. */
	uint64_t *sources;
	/* Of series with the bit `changed`: the source, if delta, else number or count, in the
	 * collection before. */
	uint64_t *previous;
	/* Bits by series. */
	uint64_t *used;	     /* the number is that of a series */
	uint64_t *touched;   /* got a value in this collection */
	uint64_t *changed;   /* it is another one; cumulative numbers: it is lower */
	uint64_t *delivered; /* delta: the point of the last snapshot was acknowledged */
	uint32_t capacity;   /* of all arrays by series, also those of the metric; or 0 */
	uint32_t live_count; /* numbers in use, the overflow series not counted */
	uint32_t free_hint;  /* no free number below */
	uint32_t overflow;   /* the overflow series, or SERIES_NONE */
	uint32_t *index;     /* open addressing: series number + 1, 0 empty, by hash */
	uint32_t index_mask;
	uint32_t index_used;
	uint64_t skipped;	/* the collection in which the source could not be read */
	uint32_t touched_count; /* bits of `touched` */
	bool irregular; /* a number fell in it, or came in several parts: look at each series */
	bool has_retired;
	bool unsure; /* delta: `live` does not tell what there is to deliver */
	/* Cumulative: series from..to - 1 had been acknowledged as the snapshot of that time had
	 * them. */
	uint32_t delivered_from, delivered_to;
	uint64_t delivered_time;
	struct hash_seed seed;
	char **keys; /* of attributes of any series, LIMIT_ATTRIBUTES_PER_SERIES at most */
	uint32_t key_count;
};

/* 0, or -ENOMEM. */
int series_table_init(struct metric *metric, const struct hash_seed *seed) MUST_CHECK;
void series_table_fini(struct metric *metric);

/* The series with these attributes (sorted, unique keys), or SERIES_NONE. */
uint32_t series_lookup(
	const struct metric *metric, const struct attr *attrs, size_t attr_count, uint64_t hash);
/* Make it. SERIES_NONE when out of memory. */
uint32_t series_insert(struct metric *metric, const struct attr *attrs, size_t attr_count,
	uint64_t hash, uint64_t start);
/* The same under a number that it had before (marks.h). False also if the number or the attributes
 * are there already, or the number cannot be. */
bool series_restore(struct metric *metric, uint32_t number, const struct attr *attrs,
	size_t attr_count, uint64_t start, bool is_overflow) MUST_CHECK;
/* Free the number for other attributes. */
void series_remove(struct metric *metric, uint32_t series);
/* The same for one that is not the overflow series: it counts no longer. */
void series_end(struct metric *metric, uint32_t series);

uint64_t attrs_hash(const struct hash_seed *seed, const struct attr *attrs, size_t attr_count);
