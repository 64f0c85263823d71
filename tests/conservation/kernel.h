/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counts, beside what it counted in truth. Two can stand behind it: entries that are only
 * simulated (simulated.c), which do what no kernel can be made to do, and BPF programs in the
 * kernel of this machine (programs.h).
 */
#pragma once

#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MAPS_MAX = 8,
	KEYS = 24,
	OVERFLOW_KEY = KEYS, /* stands for the overflow series */
	BUCKETS = 4,
};

/* Of one series: a counter has buckets[0] alone. Of exponential histograms these are the buckets 0
 * and up at scale 0. */
struct amount {
	uint64_t buckets[BUCKETS], sum;
};

/* A map and the metric that is made of it. */
struct counted {
	const char *name;
	enum instrument instrument;
	/* What a key counted may leave in the overflow series too: only all keys together have to
	 * be right. */
	bool mixed;
	struct amount truth[KEYS + 1];
};

struct kernel {
	const struct kernel_calls *calls;
	uint64_t random;
	struct model *model;
	enum temporality temporality; /* of all sums and histograms */
	struct counted maps[MAPS_MAX];
	int map_count;
};

struct kernel_calls {
	/* Time in which programs count. `calm`: nothing comes, goes or counts anew. */
	void (*run)(struct kernel *kernel, bool calm);
	/* One collection at `now` (UNIX ns). Some maps cannot be read to their end, unless `calm`.
	 */
	const struct snapshot *(*collect)(struct kernel *kernel, uint64_t now, bool calm);
	/* At the end, once: say what happened. Returns what is wrong with that, or NULL: also if
	 * something did not happen that has to in a run that is long. */
	const char *(*tell)(const struct kernel *kernel, bool is_long);
	void (*free)(struct kernel *kernel);
};

/* The generator of everything that is random here: below `n`. */
uint64_t kernel_random(struct kernel *kernel, uint64_t n);
bool kernel_one_in(struct kernel *kernel, uint64_t n);

void amount_add(struct amount *sum, const struct amount *amount);

/* Delta temporality: what is lost on purpose here is lost if totals are told. Aborts when out of
 * memory. `resource` must outlive it. */
struct kernel *kernel_simulated(uint64_t seed, const struct resource *resource);
void kernel_free(struct kernel *kernel); /* accepts NULL */
