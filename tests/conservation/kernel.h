/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps that a kernel could have: entries count, come, go, and count anew. What was read of them is
 * the truth, kept entry by entry; the model keeps series.
 */
#pragma once

#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	MAP_STABLE,    /* counter; all entries count anew together, as when its owner is reloaded */
	MAP_CHURN,     /* counter whose entries come and go */
	MAP_CROWDED,   /* the same, with more entries than the metric may have series */
	MAP_HISTOGRAM, /* histogram whose entries come and go */
	MAP_EXPONENTIAL, /* exponential histogram, the same */
	MAPS,
	KEYS = 24,
	OVERFLOW_KEY = KEYS, /* stands for the overflow series */
	BUCKETS = 4,
	CROWDED_SERIES = 6,
};

/* Of one series: a counter has buckets[0] alone. */
struct amount {
	uint64_t buckets[BUCKETS], sum;
};

struct entry {
	bool present, anew;
	bool known; /* read before: the series below is its own */
	struct amount value, last;
	uint32_t series, generation;
};

struct map {
	struct metric *metric;
	enum instrument instrument;
	struct entry entries[KEYS];
	struct amount truth[KEYS + 1];
};

struct kernel {
	uint64_t random;
	struct model *model;
	struct map maps[MAPS];
	struct metric *level, *gauge;
	uint64_t level_value;
};

extern const char *const map_names[MAPS];

/* The generator of everything that is random here: below `n`. */
uint64_t kernel_random(struct kernel *kernel, uint64_t n);

/* Aborts when out of memory. `resource` must outlive it. */
void kernel_init(struct kernel *kernel, uint64_t seed, enum temporality_preference preference,
	const struct resource *resource);
void kernel_fini(struct kernel *kernel);

/* Time in which programs count. `calm`: nothing comes, goes or counts anew. */
void kernel_run(struct kernel *kernel, bool calm);

/* One collection at `now` (UNIX ns). Some maps cannot be read to their end, unless `calm`. */
const struct snapshot *kernel_collect(struct kernel *kernel, uint64_t now, bool calm);
