/* SPDX-License-Identifier: Apache-2.0 */
#include "model/values.h"

#include <string.h>

#include "model/delta.h"
#include "model/model_private.h"

void values_begin(struct metric *metric)
{
	struct metric_state *state = metric->state;
	size_t size = bits_words(metric->series_count) * sizeof(uint64_t);

	if (size) {
		memset(state->touched, 0, size);
		memset(state->changed, 0, size);
	}
	state->touched_count = 0;
	state->irregular = false;
}

static bool is_delta(const struct metric *metric)
{
	return metric->temporality == TEMPORALITY_DELTA;
}

static void change(struct metric_state *state, uint32_t series, uint64_t old)
{
	bit_set(state->changed, series);
	state->previous[series] = old;
}

/* True if this is the first value that the series gets in this collection. */
static bool touch(struct metric_state *state, uint32_t series)
{
	if (bit_get(state->touched, series))
		return false;
	bit_set(state->touched, series);
	state->touched_count++;
	return true;
}

static void add_cumulative(struct metric *metric, uint32_t series, uint64_t value)
{
	struct metric_state *state = metric->state;
	uint64_t *number = &metric->numbers[series];

	if (!touch(state, series)) {
		state->irregular = true;
		*number += value;
		return;
	}
	if (value < *number) {
		change(state, series, *number);
		state->irregular = true;
	}
	*number = value;
	bit_set(metric->live, series);
}

static void add_delta(struct metric *metric, uint32_t series, uint64_t value)
{
	struct metric_state *state = metric->state;
	uint64_t *source = &state->sources[series], old = *source;

	*source = touch(state, series) ? value : old + value;
	if (*source != old && !bit_get(state->changed, series))
		change(state, series, old);
}

void metric_add(struct metric *metric, uint32_t series, uint64_t value)
{
	if (is_delta(metric))
		add_delta(metric, series, value);
	else
		add_cumulative(metric, series, value);
}

void metric_add_all(
	struct metric *metric, const uint32_t *series, const uint64_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		metric_add(metric, series[i], values[i]);
}

static bool any_less(const uint64_t *values, const uint64_t *than, uint32_t count)
{
	bool less = false;

	for (uint32_t i = 0; i < count; i++)
		less |= values[i] < than[i];
	return less;
}

/* False if it takes a look at each. */
static bool add_cumulative_run(
	struct metric *metric, uint32_t first, const uint64_t *values, uint32_t count)
{
	if (any_less(values, &metric->numbers[first], count))
		return false;
	memcpy(&metric->numbers[first], values, count * sizeof(*values));
	bits_set(metric->live, first, first + count);
	return true;
}

static bool all_equal(const uint64_t *a, const uint64_t *b, uint32_t count)
{
	uint64_t difference = 0;

	for (uint32_t i = 0; i < count; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

static bool add_delta_run(
	struct metric_state *state, uint32_t first, const uint64_t *values, uint32_t count)
{
	uint64_t *sources = &state->sources[first];

	if (all_equal(values, sources, count))
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (values[i] != sources[i])
			change(state, first + i, sources[i]);
	}
	memcpy(sources, values, count * sizeof(*values));
	return true;
}

void metric_add_run(struct metric *metric, uint32_t first, const uint64_t *values, uint32_t count)
{
	struct metric_state *state = metric->state;

	if (bits_any(state->touched, first, first + count) ||
		!(is_delta(metric) ? add_delta_run(state, first, values, count)
				   : add_cumulative_run(metric, first, values, count))) {
		for (uint32_t i = 0; i < count; i++)
			metric_add(metric, first + i, values[i]);
		return;
	}
	bits_set(state->touched, first, first + count);
	state->touched_count += count;
}

void metric_add_histogram(struct metric *metric, uint32_t series, const struct histogram *observed)
{
	struct histogram *target = &metric->series[series].histogram;
	uint32_t bucket_count = metric->desc.bound_count + 1;
	uint64_t count = 0;
	bool first = touch(metric->state, series);

	if (first)
		change(metric->state, series, target->count);
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
	bool first = touch(metric->state, series);

	if (first)
		change(metric->state, series, target->count);
	if (is_delta(metric))
		target = delta_exponential_source(metric, series, first);
	else if (first)
		exponential_clear(target);
	exponential_merge(target, observed, metric->desc.max_size);
}

void metric_retire(struct metric *metric, uint32_t series, uint64_t value)
{
	metric->state->series[series].retired += value;
	metric->state->has_retired = true;
}

void metric_retire_histogram(
	struct metric *metric, uint32_t series, const struct histogram *retired)
{
	if (is_delta(metric))
		delta_retire(metric, series, retired, bit_get(metric->state->touched, series),
			metric->scope->model->previous_time);
}

static bool is_skipped(const struct metric *metric)
{
	return metric->state->skipped == metric->scope->model->collection;
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
static uint64_t progress(const struct metric *metric, uint32_t series)
{
	switch (metric->desc.instrument) {
	case INSTRUMENT_HISTOGRAM:
		return metric->series[series].histogram.count;
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		return metric->series[series].exponential->count;
	default:
		return metric->numbers[series];
	}
}

/* Entries that are gone go on to count. */
static void add_retired(struct metric *metric, uint32_t series)
{
	struct metric_state *state = metric->state;

	state->sources[series] += state->series[series].retired;
	state->series[series].retired = 0;
	if (bit_get(metric->live, series))
		metric->numbers[series] += state->sources[series];
}

static void end_cumulative(struct metric *metric, uint32_t series)
{
	struct metric_state *state = metric->state;
	bool live = bit_get(state->touched, series);

	bit_put(metric->live, series, live);
	if (metric->desc.instrument == INSTRUMENT_COUNTER && state->has_retired)
		add_retired(metric, series);
	if (!live && series != state->overflow)
		series_end(metric, series);
	else if (is_monotonic(metric) && bit_get(state->changed, series) &&
		 progress(metric, series) < state->previous[series])
		/* The count began anew: a new start time, not a negative rate. */
		metric->starts[series] = metric_first_start(metric);
	if (live && metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		exponential_repair(metric->series[series].exponential, metric->desc.divisor);
}

static void end_all_cumulative(struct metric *metric)
{
	const struct metric_state *state = metric->state;

	if (is_skipped(metric)) {
		memset(metric->live, 0, bits_words(metric->series_count) * sizeof(*metric->live));
		return;
	}
	for (size_t i = 0; i < bits_words(metric->series_count); i++) {
		uint64_t used = state->used[i];

		metric->live[i] &= used;
		while (used)
			end_cumulative(metric, (uint32_t)(i * BITS_WORD + bits_next(&used)));
	}
}

/* Every series has its number, none fell, none is to end: metric_add has done everything. */
static bool is_done(const struct metric *metric)
{
	const struct metric_state *state = metric->state;
	uint32_t in_use = state->live_count + (state->overflow != SERIES_NONE);

	return !is_delta(metric) && metric->numbers && !is_skipped(metric) &&
	       state->touched_count == in_use && !state->irregular && !state->has_retired;
}

void values_end(struct metric *metric)
{
	if (!metric->series_count || is_done(metric))
		return;
	if (is_delta(metric))
		delta_end_all(metric, is_skipped(metric), metric->scope->model->previous_time);
	else
		end_all_cumulative(metric);
}
