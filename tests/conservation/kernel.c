/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/kernel.h"

#include <stdlib.h>

const char *const map_names[MAPS] = {
	[MAP_STABLE] = "stable",
	[MAP_CHURN] = "churn",
	[MAP_CROWDED] = "crowded",
	[MAP_HISTOGRAM] = "histogram",
	[MAP_EXPONENTIAL] = "exponential",
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t kernel_random(struct kernel *kernel, uint64_t n)
{
	uint64_t z = kernel->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

static bool one_in(struct kernel *kernel, uint64_t n)
{
	return kernel_random(kernel, n) == 0;
}

static struct metric *add_metric(struct scope *scope, const struct metric_desc *desc)
{
	struct metric *metric = scope_add_metric(scope, desc, NULL);

	if (!metric)
		abort();
	return metric;
}

void kernel_init(struct kernel *kernel, uint64_t seed, enum temporality_preference preference,
	const struct resource *resource)
{
	static const double bounds[BUCKETS - 1] = {1, 10, 100};
	struct scope *scope, *other;

	*kernel = (struct kernel){.random = seed, .model = model_new(resource)};
	if (!kernel->model)
		abort();
	model_set_temporality(kernel->model, preference);
	scope = model_add_scope(kernel->model, "conservation", "1", 1);
	other = model_add_scope(kernel->model, "other", "1", 1);
	if (!scope || !other)
		abort();
	for (int i = 0; i < MAPS; i++) {
		struct map *map = &kernel->maps[i];

		map->instrument = i == MAP_HISTOGRAM	 ? INSTRUMENT_HISTOGRAM
				  : i == MAP_EXPONENTIAL ? INSTRUMENT_EXPONENTIAL_HISTOGRAM
							 : INSTRUMENT_COUNTER;
		map->metric = add_metric(i == MAP_CROWDED ? other : scope,
			&(struct metric_desc){
				.name = map_names[i],
				.instrument = map->instrument,
				.bounds = bounds,
				.bound_count = i == MAP_HISTOGRAM ? BUCKETS - 1 : 0,
				.max_series = i == MAP_CROWDED ? CROWDED_SERIES : 0,
			});
		for (int k = 0; k < KEYS; k++)
			map->entries[k].present = i == MAP_STABLE;
	}
	kernel->level = add_metric(scope,
		&(struct metric_desc){.name = "level", .instrument = INSTRUMENT_UPDOWNCOUNTER});
	kernel->gauge = add_metric(
		scope, &(struct metric_desc){.name = "gauge", .instrument = INSTRUMENT_GAUGE});
}

void kernel_fini(struct kernel *kernel)
{
	model_free(kernel->model);
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

	if (map->instrument == INSTRUMENT_COUNTER) {
		entry->value.buckets[0] += n;
	} else {
		/* Scale 0: the values 2, 4, 8 and 16 have a bucket each. */
		entry->value.buckets[bucket] += n;
		entry->value.sum += n * (map->instrument == INSTRUMENT_HISTOGRAM
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

void kernel_run(struct kernel *kernel, bool calm)
{
	for (int i = 0; i < MAPS; i++) {
		struct map *map = &kernel->maps[i];
		bool reload = !calm && i == MAP_STABLE && one_in(kernel, 50);

		for (int k = 0; k < KEYS; k++) {
			struct entry *entry = &map->entries[k];

			if (!calm && i != MAP_STABLE && one_in(kernel, 8)) {
				entry->present = !entry->present;
				begin_anew(entry);
			} else if (reload || (!calm && one_in(kernel, 40))) {
				begin_anew(entry);
			}
			if (entry->present && !one_in(kernel, 3))
				count(kernel, map, entry);
		}
	}
	kernel->level_value += kernel_random(kernel, 10);
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

	if (map->instrument == INSTRUMENT_HISTOGRAM)
		metric_add_histogram(map->metric, entry->series, &observed);
	else if (map->instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
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
	struct amount *truth = &map->truth[attr->type == ATTR_BOOL ? OVERFLOW_KEY : key];

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

const struct snapshot *kernel_collect(struct kernel *kernel, uint64_t now, bool calm)
{
	model_begin(kernel->model, now);
	for (int i = 0; i < MAPS; i++) {
		if (!calm && one_in(kernel, 30))
			read_in_part(kernel, &kernel->maps[i]);
		else
			read_map(&kernel->maps[i]);
	}
	metric_add(kernel->level, metric_find_series(kernel->level, NULL, 0), kernel->level_value);
	metric_add(kernel->gauge, metric_find_series(kernel->gauge, NULL, 0), now);
	return model_end(kernel->model);
}
