/* SPDX-License-Identifier: Apache-2.0 */
#include "model/delta.h"

#include <string.h>

static size_t bucket_count(const struct metric *metric)
{
	return (size_t)metric->desc.bound_count + 1;
}

static void clear(const struct metric *metric, struct histogram *histogram)
{
	histogram->count = histogram->sum = 0;
	memset(histogram->buckets, 0, bucket_count(metric) * sizeof(*histogram->buckets));
}

static void swap(struct histogram *pair)
{
	struct histogram first = pair[0];

	pair[0] = pair[1];
	pair[1] = first;
}

static void swap_exponentials(struct exponential *pair)
{
	struct exponential first = pair[0];

	pair[0] = pair[1];
	pair[1] = first;
}

struct histogram *delta_source(struct metric *metric, uint32_t series, bool first)
{
	struct histogram *source = metric->state->series[series].source.histogram;

	if (first) {
		swap(source);
		clear(metric, source);
	}
	return source;
}

struct exponential *delta_exponential_source(struct metric *metric, uint32_t series, bool first)
{
	struct exponential *source = metric->state->series[series].source.exponential;

	if (first) {
		swap_exponentials(source);
		exponential_clear(source);
	}
	return source;
}

static bool is_before(const struct snapshot_place *a, const struct snapshot_place *b)
{
	if (a->scope != b->scope)
		return a->scope < b->scope;
	if (a->metric != b->metric)
		return a->metric < b->metric;
	return a->series < b->series;
}

/* Requests come in the order of the series. What leaves a gap begins a new range: the larger one is
 * remembered. */
static void acknowledge_range(struct metric_state *state, uint32_t from, uint32_t to, uint64_t time)
{
	if (state->delivered_time == time && from == state->delivered_to) {
		state->delivered_to = to;
		return;
	}
	if (state->delivered_time == time &&
		to - from <= state->delivered_to - state->delivered_from)
		return;
	state->delivered_time = time;
	state->delivered_from = from;
	state->delivered_to = to;
}

static void acknowledge_metric(struct metric *metric, uint32_t from, uint32_t to, uint64_t time)
{
	if (metric->temporality != TEMPORALITY_DELTA) {
		if (from < to)
			acknowledge_range(metric->state, from, to, time);
		return;
	}
	for (uint32_t i = from; i < to && i < metric->series_count; i++) {
		if (metric->series[i].live)
			metric->state->series[i].source.delivered = true;
	}
}

void delta_acknowledge(const struct snapshot *snapshot, const struct snapshot_place *from,
	const struct snapshot_place *to)
{
	struct snapshot_place at = *from;

	for (; at.scope < snapshot->scope_count; at.scope++, at.metric = 0, at.series = 0) {
		const struct scope *scope = snapshot->scopes[at.scope];

		for (; at.metric < scope->metric_count; at.metric++, at.series = 0) {
			struct metric *metric = scope->metrics[at.metric];
			bool is_last = at.scope == to->scope && at.metric == to->metric;

			if (!is_before(&at, to))
				return;
			acknowledge_metric(metric, at.series,
				is_last ? to->series : metric->series_count, snapshot->time);
		}
	}
}

static bool is_histogram(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_HISTOGRAM;
}

static bool is_exponential(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM;
}

/* The point was delivered: the next one begins where it ended. */
static void settle(const struct metric *metric, struct series *series, uint64_t time)
{
	series->start = time;
	if (is_histogram(metric))
		clear(metric, &series->histogram);
	else if (is_exponential(metric))
		exponential_clear(series->exponential);
	else
		series->number = 0;
}

static void settle_delivered(const struct metric *metric, struct series *series,
	struct series_state *state, uint64_t time)
{
	if (state->source.delivered)
		settle(metric, series, time);
	state->source.delivered = false;
}

void delta_settle(struct metric *metric, uint32_t from, uint32_t to, uint64_t time)
{
	if (metric->temporality != TEMPORALITY_DELTA)
		return;
	for (uint32_t i = from; i < to && i < metric->series_count; i++) {
		if (!metric->series[i].live)
			continue;
		settle(metric, &metric->series[i], time);
		metric->series[i].live = false;
	}
}

/* `*had` has `gone` less. What is gone and was not in it was read by a pass that failed later: it
 * counts nevertheless. */
static uint64_t take_back(uint64_t *had, uint64_t gone)
{
	uint64_t part = gone < *had ? gone : *had;

	*had -= part;
	return gone - part;
}

void delta_retire(struct metric *metric, uint32_t number, const struct histogram *retired,
	bool touched, uint64_t previous_time)
{
	struct series_state *state = &metric->state->series[number];
	struct histogram *had = &state->source.histogram[touched];
	struct histogram *point = &metric->series[number].histogram;
	uint64_t more, total = 0;

	settle_delivered(metric, &metric->series[number], state, previous_time);
	for (size_t i = 0; i < bucket_count(metric); i++) {
		more = take_back(&had->buckets[i], retired->buckets[i]);
		point->buckets[i] += more;
		point->count += more;
		total += had->buckets[i];
	}
	had->count = total;
	point->sum += take_back(&had->sum, retired->sum);
}

/* Part of the map was read and does not count. */
static void undo(
	const struct metric *metric, const struct series *series, struct series_state *state)
{
	if (is_histogram(metric))
		swap(state->source.histogram);
	else if (is_exponential(metric))
		swap_exponentials(state->source.exponential);
	else
		state->source.number = series->previous;
}

/* A histogram that counts anew may have more in some of its buckets than before, not in all. */
static bool began_anew(const struct metric *metric, const struct histogram *source)
{
	if (source[0].sum < source[1].sum)
		return true;
	for (size_t i = 0; i < bucket_count(metric); i++) {
		if (source[0].buckets[i] < source[1].buckets[i])
			return true;
	}
	return false;
}

static void take_histogram(
	const struct metric *metric, struct series *series, const struct histogram *source)
{
	struct histogram *point = &series->histogram;
	/* All ones to subtract what was there before, 0 to subtract nothing. */
	uint64_t mask = began_anew(metric, source) ? 0 : UINT64_MAX;

	for (size_t i = 0; i < bucket_count(metric); i++)
		point->buckets[i] += source[0].buckets[i] - (source[1].buckets[i] & mask);
	point->count += source[0].count - (source[1].count & mask);
	point->sum += source[0].sum - (source[1].sum & mask);
}

static void take_exponential(
	const struct metric *metric, struct series *series, struct exponential *source)
{
	/* Before the difference is taken, so that what is moved here is moved back there. */
	exponential_repair(&source[0], metric->desc.divisor);
	exponential_merge(series->exponential,
		exponential_subtract(&source[1], &source[0]) ? &source[1] : &source[0],
		metric->desc.max_size);
}

/* What came since the source was last read: what it has now and what its retired entries had then,
 * less all that it had then. */
static void take_number(struct series *series, struct series_state *state)
{
	uint64_t now = state->source.number, counted = now + state->source.retired;

	series->number += counted < series->previous ? now : counted - series->previous;
	state->source.retired = 0;
}

/* The entry is gone. Should it come back, then it counts from 0. */
static void forget(const struct metric *metric, struct series *series, struct series_state *state)
{
	if (is_histogram(metric)) {
		clear(metric, &state->source.histogram[0]);
		return;
	}
	if (is_exponential(metric)) {
		exponential_clear(&state->source.exponential[0]);
		return;
	}
	series->previous = state->source.number;
	state->source.number = 0;
	take_number(series, state);
}

static void take(const struct metric *metric, struct series *series, struct series_state *state)
{
	if (is_histogram(metric))
		take_histogram(metric, series, state->source.histogram);
	else if (is_exponential(metric))
		take_exponential(metric, series, state->source.exponential);
	else
		take_number(series, state);
}

static uint64_t counted(const struct metric *metric, const struct series *series)
{
	if (is_exponential(metric))
		return series->exponential->count;
	return is_histogram(metric) ? series->histogram.count : series->number;
}

bool delta_is_delivered(const struct metric *metric, uint32_t series)
{
	return metric->state->series[series].source.delivered ||
	       !counted(metric, &metric->series[series]);
}

bool delta_end(struct metric *metric, uint32_t number, enum delta_end how, uint64_t previous_time)
{
	struct series *series = &metric->series[number];
	struct series_state *state = &metric->state->series[number];

	settle_delivered(metric, series, state, previous_time);
	if (how == DELTA_READ)
		take(metric, series, state);
	else if (how == DELTA_GONE)
		forget(metric, series, state);
	else if (how == DELTA_READ_IN_PART)
		undo(metric, series, state);
	series->live = counted(metric, series);
	if (how == DELTA_READ_IN_PART || how == DELTA_NOT_READ)
		series->live = false;
	return series->live || how != DELTA_GONE;
}
