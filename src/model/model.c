/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "model/delta.h"
#include "model/model_private.h"
#include "model/values.h"

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
	metric->state->unsure = true;
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
	for (size_t i = 0; i < model->snapshot.scope_count; i++) {
		for (size_t j = 0; j < model->scopes[i]->metric_count; j++)
			values_begin(model->scopes[i]->metrics[j]);
	}
}

/* SDK, "Start timestamps", asynchronous instruments: creation of the instrument for what is there
 * in the first collection, otherwise the time of the collection before. */
uint64_t metric_first_start(const struct metric *metric)
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
		state->overflow = series_insert(metric, &attr, 1,
			attrs_hash(&state->seed, &attr, 1), metric_first_start(metric));
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
	series = series_insert(metric, sorted, attr_count, hash, metric_first_start(metric));
	if (series != SERIES_NONE)
		state->live_count++;
	return series;
}

const struct snapshot *model_end(struct model *model)
{
	for (size_t i = 0; i < model->snapshot.scope_count; i++) {
		struct scope *scope = model->scopes[i];

		for (size_t j = 0; j < scope->metric_count; j++)
			values_end(scope->metrics[j]);
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
