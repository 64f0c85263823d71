/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps that a kernel could have: entries count, come, go, and count anew. What was read of them is
 * the truth, kept entry by entry; the model keeps series.
 */
#include <stdlib.h>

#include "conservation/kernel.h"

enum {
	MAP_STABLE,    /* counter; all entries count anew together, as when its owner is reloaded */
	MAP_CHURN,     /* counter whose entries come and go */
	MAP_CROWDED,   /* the same, with more entries than the metric may have series */
	MAP_HISTOGRAM, /* histogram whose entries come and go */
	MAP_EXPONENTIAL, /* exponential histogram, the same */
	MAPS,
	CROWDED_SERIES = 6,
};

struct entry {
	bool present, anew;
	bool known; /* read before: the series below is its own */
	struct amount value, last;
	uint32_t series, generation;
};

struct map {
	struct metric *metric;
	struct counted *counted;
	struct entry entries[KEYS];
};

struct simulated {
	struct kernel kernel; /* the first, so that each is the other's address */
	struct map maps[MAPS];
	struct metric *level, *gauge;
	uint64_t level_value;
};

static const struct {
	const char *name;
	enum instrument instrument;
} maps[MAPS] = {
	[MAP_STABLE] = {"stable", INSTRUMENT_COUNTER},
	[MAP_CHURN] = {"churn", INSTRUMENT_COUNTER},
	[MAP_CROWDED] = {"crowded", INSTRUMENT_COUNTER},
	[MAP_HISTOGRAM] = {"histogram", INSTRUMENT_HISTOGRAM},
	[MAP_EXPONENTIAL] = {"exponential", INSTRUMENT_EXPONENTIAL_HISTOGRAM},
};

static struct metric *add_metric(struct scope *scope, const struct metric_desc *desc)
{
	struct metric *metric = scope_add_metric(scope, desc, NULL);

	if (!metric)
		abort();
	return metric;
}

/* An entry that counted anew and has as much as it had looks like one that did not. */
static void keep_below_last(struct entry *entry)
{
	struct amount *value = &entry->value;

	if (!entry->anew || !entry->known)
		return;
	for (int i = 0; i < BUCKETS; i++) {
		if (value->buckets[i] < entry->last.buckets[i])
			return;
	}
	*value = (struct amount){0};
}

static void count(struct kernel *kernel, const struct map *map, struct entry *entry)
{
	uint64_t n = kernel_random(kernel, 100), bucket = kernel_random(kernel, BUCKETS);

	if (map->counted->instrument == INSTRUMENT_COUNTER) {
		entry->value.buckets[0] += n;
	} else {
		/* Scale 0: the values 2, 4, 8 and 16 have a bucket each. */
		entry->value.buckets[bucket] += n;
		entry->value.sum += n * (map->counted->instrument == INSTRUMENT_HISTOGRAM
							? kernel_random(kernel, 1000)
							: UINT64_C(2) << bucket);
	}
	keep_below_last(entry);
}

static void begin_anew(struct entry *entry)
{
	entry->value = (struct amount){0};
	entry->anew = true;
}

static void run(struct kernel *kernel, bool calm)
{
	struct simulated *simulated = (struct simulated *)kernel;

	for (int i = 0; i < MAPS; i++) {
		struct map *map = &simulated->maps[i];
		bool reload = !calm && i == MAP_STABLE && kernel_one_in(kernel, 50);

		for (int k = 0; k < KEYS; k++) {
			struct entry *entry = &map->entries[k];

			if (!calm && i != MAP_STABLE && kernel_one_in(kernel, 8)) {
				entry->present = !entry->present;
				begin_anew(entry);
			} else if (reload || (!calm && kernel_one_in(kernel, 40))) {
				begin_anew(entry);
			}
			if (entry->present && !kernel_one_in(kernel, 3))
				count(kernel, map, entry);
		}
	}
	simulated->level_value += kernel_random(kernel, 10);
}

static uint32_t find_series(struct map *map, int key)
{
	struct attr attr = attr_int("n", key);
	uint32_t series = metric_find_series(map->metric, &attr, 1);

	if (series == SERIES_NONE)
		abort();
	return series;
}

static void add(struct map *map, const struct entry *entry)
{
	struct histogram observed = {
		.sum = entry->value.sum,
		.buckets = (uint64_t *)entry->value.buckets,
	};

	struct exponential exponential = {
		.bucket_count = BUCKETS,
		.sum = entry->value.sum,
		.min = 2,
		.max = UINT64_C(1) << BUCKETS,
		.buckets = (uint64_t *)entry->value.buckets,
	};

	if (map->counted->instrument == INSTRUMENT_HISTOGRAM)
		metric_add_histogram(map->metric, entry->series, &observed);
	else if (map->counted->instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		metric_add_exponential(map->metric, entry->series, &exponential);
	else
		metric_add(map->metric, entry->series, entry->value.buckets[0]);
}

/* As collect/feed.c does it: a key that stays in the map stays in its series. */
static void learn(struct map *map, struct entry *entry, int key)
{
	if (entry->known) {
		/* A series does not end while it has an entry. */
		if (series_generation(map->metric, entry->series) != entry->generation)
			abort();
		return;
	}
	entry->series = find_series(map, key);
	entry->generation = series_generation(map->metric, entry->series);
	entry->last = (struct amount){0};
	entry->known = true;
}

/* Where several entries are one series. Elsewhere the model finds out by itself. */
static void retire(struct map *map, const struct entry *entry)
{
	if (map->metric->desc.max_series == CROWDED_SERIES)
		metric_retire(map->metric, entry->series, entry->last.buckets[0]);
}

static bool went_back(const struct entry *entry)
{
	for (int i = 0; i < BUCKETS; i++) {
		if (entry->value.buckets[i] < entry->last.buckets[i])
			return true;
	}
	return entry->value.sum < entry->last.sum;
}

static void add_truth(struct map *map, const struct entry *entry, int key)
{
	const struct attr *attr = &map->metric->series[entry->series].attrs[0];
	struct amount *truth = &map->counted->truth[attr->type == ATTR_BOOL ? OVERFLOW_KEY : key];

	for (int i = 0; i < BUCKETS; i++)
		truth->buckets[i] += entry->value.buckets[i] - entry->last.buckets[i];
	truth->sum += entry->value.sum - entry->last.sum;
}

static void read_map(struct map *map)
{
	for (int k = 0; k < KEYS; k++) {
		struct entry *entry = &map->entries[k];

		if (!entry->present) {
			if (entry->known)
				retire(map, entry);
			entry->known = false;
			continue;
		}
		learn(map, entry, k);
		if (went_back(entry)) {
			retire(map, entry);
			entry->last = (struct amount){0};
		}
		add(map, entry);
		add_truth(map, entry, k);
		entry->last = entry->value;
		entry->anew = false;
	}
}

/* A pass that fails somewhere. */
static void read_in_part(struct kernel *kernel, struct map *map)
{
	int end = (int)kernel_random(kernel, KEYS);

	for (int k = 0; k < end; k++) {
		const struct entry *entry = &map->entries[k];

		if (entry->present && entry->known)
			add(map, entry);
	}
	metric_skip(map->metric);
}

static const struct snapshot *collect(struct kernel *kernel, uint64_t now, bool calm)
{
	struct simulated *simulated = (struct simulated *)kernel;
	struct metric *level = simulated->level, *gauge = simulated->gauge;

	model_begin(kernel->model, now);
	for (int i = 0; i < MAPS; i++) {
		if (!calm && kernel_one_in(kernel, 30))
			read_in_part(kernel, &simulated->maps[i]);
		else
			read_map(&simulated->maps[i]);
	}
	metric_add(level, metric_find_series(level, NULL, 0), simulated->level_value);
	metric_add(gauge, metric_find_series(gauge, NULL, 0), now);
	return model_end(kernel->model);
}

/* All of it is the test's own doing. */
static const char *tell(const struct kernel *kernel, bool is_long)
{
	(void)kernel;
	(void)is_long;
	return NULL;
}

static void free_simulated(struct kernel *kernel)
{
	model_free(kernel->model);
	free(kernel);
}

static const struct kernel_calls calls = {
	.run = run,
	.collect = collect,
	.tell = tell,
	.free = free_simulated,
};

static void add_map(struct simulated *simulated, int number, struct scope *scope)
{
	static const double bounds[BUCKETS - 1] = {1, 10, 100};
	struct map *map = &simulated->maps[number];

	map->counted = &simulated->kernel.maps[number];
	map->counted->name = maps[number].name;
	map->counted->instrument = maps[number].instrument;
	map->metric = add_metric(
		scope, &(struct metric_desc){
			       .name = map->counted->name,
			       .instrument = map->counted->instrument,
			       .bounds = bounds,
			       .bound_count = number == MAP_HISTOGRAM ? BUCKETS - 1 : 0,
			       .max_series = number == MAP_CROWDED ? CROWDED_SERIES : 0,
		       });
	for (int k = 0; k < KEYS; k++)
		map->entries[k].present = number == MAP_STABLE;
}

struct kernel *kernel_simulated(uint64_t seed, const struct resource *resource)
{
	struct simulated *simulated = calloc(1, sizeof(*simulated));
	struct scope *scope, *other;
	struct model *model = model_new(resource);

	if (!simulated || !model)
		abort();
	simulated->kernel = (struct kernel){
		.calls = &calls,
		.random = seed,
		.model = model,
		.temporality = TEMPORALITY_DELTA,
		.map_count = MAPS,
	};
	model_set_temporality(model, PREFER_DELTA);
	scope = model_add_scope(model, "conservation", "1", 1);
	other = model_add_scope(model, "other", "1", 1);
	if (!scope || !other)
		abort();
	for (int i = 0; i < MAPS; i++)
		add_map(simulated, i, i == MAP_CROWDED ? other : scope);
	simulated->level = add_metric(scope,
		&(struct metric_desc){.name = "level", .instrument = INSTRUMENT_UPDOWNCOUNTER});
	simulated->gauge = add_metric(
		scope, &(struct metric_desc){.name = "gauge", .instrument = INSTRUMENT_GAUGE});
	return &simulated->kernel;
}
