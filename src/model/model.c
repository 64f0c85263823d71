/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "model/delta.h"
#include "model/series.h"

enum {
	AHEAD = 48
};

struct model {
	struct snapshot snapshot;
	struct scope **scopes; /* snapshot.scopes is this array */
	uint64_t previous_time;
	uint64_t collection;
	uint64_t overflow_count;
	enum temporality_preference preference;
	struct hash_seed seed;
};

struct model *model_new(const struct resource *resource)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->snapshot.resource = resource;
	model->seed = hash_seed_random();
	return model;
}

void model_set_temporality(struct model *model, enum temporality_preference preference)
{
	model->preference = preference;
}

void model_resume(struct model *model, uint64_t time)
{
	if (time > model->snapshot.time)
		model->snapshot.time = time;
}

static void metric_free(struct metric *metric)
{
	series_table_fini(metric);
	free((char *)metric->desc.name);
	free((char *)metric->desc.unit);
	free((char *)metric->desc.description);
	free((double *)metric->desc.bounds);
	free(metric);
}

static void scope_free(struct scope *scope)
{
	if (!scope)
		return;
	for (size_t i = 0; i < scope->metric_count; i++)
		metric_free(scope->metrics[i]);
	free(scope->metrics);
	free((char *)scope->name);
	free((char *)scope->version);
	free(scope);
}

void model_free(struct model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->snapshot.scope_count; i++)
		scope_free(model->scopes[i]);
	free(model->scopes);
	free(model);
}

struct scope *model_add_scope(
	struct model *model, const char *name, const char *version, uint64_t created)
{
	size_t count = model->snapshot.scope_count;
	struct scope **scopes, *scope = calloc(1, sizeof(*scope));

	scopes = realloc(model->scopes, (count + 1) * sizeof(struct scope *));
	if (scopes) {
		model->scopes = scopes;
		model->snapshot.scopes = scopes;
	}
	if (!scopes || !scope)
		goto fail;
	scope->model = model;
	scope->created = created;
	/* The clock may be set back before the first collection, and its points must have a length.
	 */
	model_resume(model, created);
	scope->name = strdup(name);
	scope->version = strdup(version);
	if (!scope->name || !scope->version)
		goto fail;
	scopes[count] = scope;
	model->snapshot.scope_count++;
	return scope;
fail:
	scope_free(scope);
	return NULL;
}

static int check_bounds(const struct metric_desc *desc, struct err *err)
{
	if (desc->bound_count > LIMIT_BOUNDS)
		return err_set(err, -E2BIG, "metric %s: %u bucket bounds, at most %d are possible",
			desc->name, desc->bound_count, LIMIT_BOUNDS);
	for (uint32_t i = 0; i < desc->bound_count; i++) {
		if (!isfinite(desc->bounds[i]) || (i && desc->bounds[i] <= desc->bounds[i - 1]))
			return err_set(err, -EINVAL,
				"metric %s: bucket bound %u is %g; bounds must be finite and "
				"increase",
				desc->name, i, desc->bounds[i]);
	}
	return 0;
}

static int check_max_size(const struct metric_desc *desc, struct err *err)
{
	if (!desc->max_size)
		return 0;
	if (desc->max_size < EXPONENTIAL_MAX_SIZE_MIN || desc->max_size > LIMIT_EXPONENTIAL_BUCKETS)
		return err_set(err, -EINVAL,
			"metric %s: at most %u buckets are wanted; a number from %d to %d is "
			"possible",
			desc->name, desc->max_size, EXPONENTIAL_MAX_SIZE_MIN,
			LIMIT_EXPONENTIAL_BUCKETS);
	return 0;
}

static int copy_desc(struct metric *metric, const struct metric_desc *desc)
{
	metric->desc = *desc;
	metric->desc.name = strdup(desc->name);
	metric->desc.unit = strdup(desc->unit ? desc->unit : "");
	metric->desc.description = strdup(desc->description ? desc->description : "");
	metric->desc.bounds = malloc(desc->bound_count * sizeof(double) + 1);
	if (!metric->desc.name || !metric->desc.unit || !metric->desc.description ||
		!metric->desc.bounds)
		return -ENOMEM;
	if (desc->bound_count)
		memcpy((double *)metric->desc.bounds, desc->bounds,
			desc->bound_count * sizeof(double));
	if (!metric->desc.divisor)
		metric->desc.divisor = 1;
	if (!metric->desc.max_size)
		metric->desc.max_size = EXPONENTIAL_MAX_SIZE;
	if (!metric->desc.max_series)
		metric->desc.max_series = LIMIT_SERIES_PER_METRIC;
	return 0;
}

struct metric *scope_add_metric(
	struct scope *scope, const struct metric_desc *desc, struct err *err)
{
	struct metric **metrics, *metric;

	if (check_bounds(desc, err) || check_max_size(desc, err))
		return NULL;
	for (size_t i = 0; i < scope->metric_count; i++) {
		/* Instrument names are case-insensitive: metrics API, "Instrument name syntax". */
		if (!strcasecmp(scope->metrics[i]->desc.name, desc->name)) {
			err_set(err, -EEXIST, "metric %s is there twice", desc->name);
			return NULL;
		}
	}
	metric = calloc(1, sizeof(*metric));
	metrics = realloc(scope->metrics, (scope->metric_count + 1) * sizeof(struct metric *));
	if (metrics)
		scope->metrics = metrics;
	if (!metric || !metrics || copy_desc(metric, desc) ||
		series_table_init(metric, &scope->model->seed)) {
		if (metric)
			metric_free(metric);
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	metric->scope = scope;
	metric->temporality = instrument_temporality(desc->instrument, scope->model->preference);
	metric->index = scope->model->snapshot.metric_count++;
	metrics[scope->metric_count++] = metric;
	return metric;
}

void model_begin(struct model *model, uint64_t now)
{
	model->previous_time = model->snapshot.time;
	if (now <= model->previous_time)
		now = model->previous_time + 1;
	model->snapshot.time = now;
	model->collection++;
}

/* SDK, "Start timestamps", asynchronous instruments: creation of the instrument for what is there
 * in the first collection, otherwise the time of the collection before. */
static uint64_t first_start(const struct metric *metric)
{
	const struct model *model = metric->scope->model;
	uint64_t created = metric->scope->created;

	if (model->collection == 1)
		return created;
	return model->previous_time > created ? model->previous_time : created;
}

/* Sorted by key, the first of equal keys kept; attributes beyond the limit are left out. */
static size_t sort_attributes(struct attr *sorted, const struct attr *attrs, size_t attr_count)
{
	size_t count = 0;

	for (size_t i = 0; i < attr_count && count < LIMIT_ATTRIBUTES_PER_SERIES; i++) {
		size_t at = count;
		int order = 1;

		while (at && (order = strcmp(sorted[at - 1].key, attrs[i].key)) > 0)
			at--;
		if (at && !order)
			continue;
		memmove(&sorted[at + 1], &sorted[at], (count - at) * sizeof(*sorted));
		sorted[at] = attrs[i];
		count++;
	}
	return count;
}

uint32_t metric_overflow_series(struct metric *metric)
{
	struct attr attr = attr_bool("otel.metric.overflow", true);
	struct metric_state *state = metric->state;

	if (state->overflow == SERIES_NONE)
		state->overflow = series_insert(
			metric, &attr, 1, attrs_hash(&state->seed, &attr, 1), first_start(metric));
	return state->overflow;
}

bool metric_is_overflow(const struct metric *metric, uint32_t series)
{
	return series == metric->state->overflow;
}

bool metric_is_delivered(const struct metric *metric, uint32_t series)
{
	const struct metric_state *state = metric->state;

	if (metric->temporality == TEMPORALITY_DELTA)
		return delta_is_delivered(metric, series);
	return state->delivered_time == metric->scope->model->previous_time &&
	       series >= state->delivered_from && series < state->delivered_to;
}

uint32_t metric_find_series(struct metric *metric, const struct attr *attrs, size_t attr_count)
{
	struct attr sorted[LIMIT_ATTRIBUTES_PER_SERIES + 1];
	struct metric_state *state = metric->state;
	uint32_t series;
	uint64_t hash;

	attr_count = sort_attributes(sorted, attrs, attr_count);
	hash = attrs_hash(&state->seed, sorted, attr_count);
	series = series_lookup(metric, sorted, attr_count, hash);
	if (series != SERIES_NONE)
		return series;
	if (state->live_count >= metric->desc.max_series) {
		metric->scope->model->overflow_count++;
		return metric_overflow_series(metric);
	}
	series = series_insert(metric, sorted, attr_count, hash, first_start(metric));
	if (series != SERIES_NONE)
		state->live_count++;
	return series;
}

static bool is_delta(const struct metric *metric)
{
	return metric->temporality == TEMPORALITY_DELTA;
}

/* The collection that gives values to the metric now. */
static uint32_t begin_values(struct metric *metric)
{
	struct metric_state *state = metric->state;
	uint64_t collection = metric->scope->model->collection;

	if (state->collection != collection) {
		state->collection = collection;
		state->touched_count = 0;
		state->irregular = false;
	}
	return (uint32_t)collection;
}

/* True if this is the first value that the series gets in this collection. */
static inline bool touch(
	struct metric *metric, struct series *series, uint32_t collection, uint64_t old)
{
	if (series->touched == collection)
		return false;
	series->touched = collection;
	series->previous = old;
	metric->state->touched_count++;
	return true;
}

static inline void add_cumulative(
	struct metric *metric, struct series *series, uint32_t collection, uint64_t value)
{
	if (touch(metric, series, collection, series->number)) {
		metric->state->irregular |= value < series->number;
		series->number = value;
		series->live = true;
	} else {
		metric->state->irregular = true;
		series->number += value;
	}
}

static void add_delta(struct metric *metric, uint32_t series, uint32_t collection, uint64_t value)
{
	uint64_t *target = &metric->state->series[series].source.number;

	if (touch(metric, &metric->series[series], collection, *target))
		*target = value;
	else
		*target += value;
}

void metric_add_all(
	struct metric *metric, const uint32_t *series, const uint64_t *values, size_t count)
{
	uint32_t collection = begin_values(metric);

	if (is_delta(metric)) {
		for (size_t i = 0; i < count; i++)
			add_delta(metric, series[i], collection, values[i]);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct series *target = &metric->series[series[i]];

		/* A hint to the processor, whatever lies there: a million series come from memory.
		 */
		__builtin_prefetch((const void *)((uintptr_t)target + AHEAD * sizeof(*target)), 1);
		add_cumulative(metric, target, collection, values[i]);
	}
}

void metric_add(struct metric *metric, uint32_t series, uint64_t value)
{
	metric_add_all(metric, &series, &value, 1);
}

void metric_add_histogram(struct metric *metric, uint32_t series, const struct histogram *observed)
{
	struct histogram *target = &metric->series[series].histogram;
	uint32_t bucket_count = metric->desc.bound_count + 1;
	uint64_t count = 0;
	bool first = touch(metric, &metric->series[series], begin_values(metric), target->count);

	if (is_delta(metric)) {
		target = delta_source(metric, series, first);
	} else if (first) {
		target->count = target->sum = 0;
		memset(target->buckets, 0, bucket_count * sizeof(*target->buckets));
	}
	for (uint32_t i = 0; i < bucket_count; i++) {
		target->buckets[i] += observed->buckets[i];
		count += observed->buckets[i];
	}
	target->count += count;
	/* A sum without a count is no point; as a delta it waits for one. */
	if (count || is_delta(metric))
		target->sum += observed->sum;
}

void metric_add_exponential(
	struct metric *metric, uint32_t series, const struct exponential *observed)
{
	struct exponential *target = metric->series[series].exponential;
	bool first = touch(metric, &metric->series[series], begin_values(metric), target->count);

	if (is_delta(metric))
		target = delta_exponential_source(metric, series, first);
	else if (first)
		exponential_clear(target);
	exponential_merge(target, observed, metric->desc.max_size);
}

void metric_retire(struct metric *metric, uint32_t series, uint64_t value)
{
	metric->state->series[series].source.retired += value;
	metric->state->has_retired = true;
}

void metric_retire_histogram(
	struct metric *metric, uint32_t series, const struct histogram *retired)
{
	const struct model *model = metric->scope->model;
	bool touched = metric->series[series].touched == (uint32_t)model->collection;

	if (is_delta(metric))
		delta_retire(metric, series, retired, touched, model->previous_time);
}

void metric_skip(struct metric *metric)
{
	metric->state->skipped = metric->scope->model->collection;
}

static bool is_monotonic(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_COUNTER ||
	       metric->desc.instrument == INSTRUMENT_HISTOGRAM ||
	       metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM;
}

/* What goes back when a series begins anew: its number, or how much it has counted. */
static uint64_t progress(const struct metric *metric, const struct series *series)
{
	switch (metric->desc.instrument) {
	case INSTRUMENT_HISTOGRAM:
		return series->histogram.count;
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		return series->exponential->count;
	default:
		return series->number;
	}
}

static void end_series(struct metric *metric, uint32_t series)
{
	series_remove(metric, series);
	metric->state->live_count--;
}

static void end_delta(const struct model *model, struct metric *metric, uint32_t series)
{
	struct metric_state *state = metric->state;
	bool skipped = state->skipped == model->collection;
	bool touched = metric->series[series].touched == (uint32_t)model->collection;
	enum delta_end how = skipped ? (touched ? DELTA_READ_IN_PART : DELTA_NOT_READ)
				     : (touched ? DELTA_READ : DELTA_GONE);

	if (!delta_end(metric, series, how, model->previous_time) && series != state->overflow)
		end_series(metric, series);
}

static void end_cumulative(const struct model *model, struct metric *metric, uint32_t i)
{
	struct series *series = &metric->series[i];
	struct metric_state *state = metric->state;
	uint64_t now = progress(metric, series);

	series->live = state->skipped != model->collection &&
		       series->touched == (uint32_t)model->collection;
	if (state->skipped == model->collection)
		return;
	if (metric->desc.instrument == INSTRUMENT_COUNTER && state->has_retired) {
		state->series[i].source.number += state->series[i].source.retired;
		state->series[i].source.retired = 0;
		if (series->live)
			now = series->number += state->series[i].source.number;
	}
	if (!series->live && i != state->overflow)
		end_series(metric, i);
	else if (is_monotonic(metric) && now < series->previous)
		/* The count began anew: a new start time, not a negative rate. */
		series->start = first_start(metric);
	if (series->live && metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		exponential_repair(series->exponential, metric->desc.divisor);
}

/* Every series has its number, none fell, none is to end: metric_add has done everything. */
static bool is_done(const struct model *model, const struct metric *metric)
{
	const struct metric_state *state = metric->state;
	uint32_t in_use = state->live_count + (state->overflow != SERIES_NONE);

	return !is_delta(metric) && metric->desc.instrument != INSTRUMENT_HISTOGRAM &&
	       metric->desc.instrument != INSTRUMENT_EXPONENTIAL_HISTOGRAM &&
	       state->collection == model->collection && state->skipped != model->collection &&
	       state->touched_count == in_use && !state->irregular && !state->has_retired;
}

static void end_metric(const struct model *model, struct metric *metric)
{
	metric->all_live = is_done(model, metric) &&
			   metric->state->touched_count == metric->series_count;
	if (is_done(model, metric))
		return;
	for (uint32_t i = 0; i < metric->series_count; i++) {
		if (!metric->series[i].attrs)
			continue;
		if (is_delta(metric))
			end_delta(model, metric, i);
		else
			end_cumulative(model, metric, i);
	}
}

const struct snapshot *model_end(struct model *model)
{
	for (size_t i = 0; i < model->snapshot.scope_count; i++) {
		struct scope *scope = model->scopes[i];

		for (size_t j = 0; j < scope->metric_count; j++)
			end_metric(model, scope->metrics[j]);
	}
	return &model->snapshot;
}

void model_acknowledge(
	struct model *model, const struct snapshot_place *from, const struct snapshot_place *to)
{
	delta_acknowledge(&model->snapshot, from, to);
}

uint64_t model_overflow_count(const struct model *model)
{
	return model->overflow_count;
}
