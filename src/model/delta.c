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
	struct histogram *source = metric->state->series[series].histogram;

	if (first) {
		swap(source);
		clear(metric, source);
	}
	return source;
}

struct exponential *delta_exponential_source(struct metric *metric, uint32_t series, bool first)
{
	struct exponential *source = metric->state->series[series].exponential;

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
	if (to > metric->series_count)
		to = metric->series_count;
	for (size_t i = from / BITS_WORD; i < bits_words(to); i++)
		metric->state->delivered[i] |= metric->live[i] & bits_mask(i, from, to);
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

static bool is_number(const struct metric *metric)
{
	return !is_histogram(metric) && !is_exponential(metric);
}

/* The point was delivered: the next one begins where it ended. */
static void settle(struct metric *metric, uint32_t series, uint64_t time)
{
	metric->starts[series] = time;
	if (is_histogram(metric))
		clear(metric, &metric->series[series].histogram);
	else if (is_exponential(metric))
		exponential_clear(metric->series[series].exponential);
	else
		metric->numbers[series] = 0;
}

static void settle_delivered(struct metric *metric, uint32_t series, uint64_t time)
{
	if (bit_get(metric->state->delivered, series))
		settle(metric, series, time);
	bit_clear(metric->state->delivered, series);
}

void delta_settle(struct metric *metric, uint32_t from, uint32_t to, uint64_t time)
{
	if (metric->temporality != TEMPORALITY_DELTA)
		return;
	for (uint32_t i = from; i < to && i < metric->series_count; i++) {
		if (!bit_get(metric->live, i))
			continue;
		settle(metric, i, time);
		bit_clear(metric->live, i);
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
	struct histogram *had = &state->histogram[touched];
	struct histogram *point = &metric->series[number].histogram;
	uint64_t more, total = 0;

	settle_delivered(metric, number, previous_time);
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
static void undo(struct metric *metric, uint32_t series)
{
	struct metric_state *state = metric->state;

	if (is_histogram(metric))
		swap(state->series[series].histogram);
	else if (is_exponential(metric))
		swap_exponentials(state->series[series].exponential);
	else if (bit_get(state->changed, series))
		state->sources[series] = state->previous[series];
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

/* What came since the source had `previous`: what it has now and what its retired entries had then,
 * less all that it had then. */
static void take_number(struct metric *metric, uint32_t series, uint64_t previous)
{
	struct metric_state *state = metric->state;
	uint64_t now = state->sources[series], counted = now + state->series[series].retired;

	metric->numbers[series] += counted < previous ? now : counted - previous;
	state->series[series].retired = 0;
}

/* The entry is gone. Should it come back, then it counts from 0. */
static void forget(struct metric *metric, uint32_t series)
{
	struct metric_state *state = metric->state;
	uint64_t previous;

	if (is_histogram(metric)) {
		clear(metric, &state->series[series].histogram[0]);
		return;
	}
	if (is_exponential(metric)) {
		exponential_clear(&state->series[series].exponential[0]);
		return;
	}
	previous = state->sources[series];
	state->sources[series] = 0;
	take_number(metric, series, previous);
}

static void take(struct metric *metric, uint32_t series)
{
	const struct metric_state *state = metric->state;

	if (is_histogram(metric))
		take_histogram(metric, &metric->series[series], state->series[series].histogram);
	else if (is_exponential(metric))
		take_exponential(
			metric, &metric->series[series], state->series[series].exponential);
	else
		take_number(metric, series,
			bit_get(state->changed, series) ? state->previous[series]
							: state->sources[series]);
}

static uint64_t counted(const struct metric *metric, uint32_t series)
{
	if (is_exponential(metric))
		return metric->series[series].exponential->count;
	return is_histogram(metric) ? metric->series[series].histogram.count
				    : metric->numbers[series];
}

bool delta_is_delivered(const struct metric *metric, uint32_t series)
{
	return bit_get(metric->state->delivered, series) || !counted(metric, series);
}

static void end(struct metric *metric, uint32_t series, bool skipped, uint64_t previous_time)
{
	bool touched = bit_get(metric->state->touched, series);
	bool live;

	settle_delivered(metric, series, previous_time);
	if (skipped && touched)
		undo(metric, series);
	else if (touched)
		take(metric, series);
	else if (!skipped)
		forget(metric, series);
	live = counted(metric, series);
	bit_put(metric->live, series, live && !skipped);
	/* The source is gone, and nothing is left to deliver. */
	if (!touched && !skipped && !live && series != metric->state->overflow)
		series_end(metric, series);
}

static void settle_numbers(struct metric *metric, size_t word, uint64_t look, uint64_t time)
{
	while (look) {
		size_t i = word * BITS_WORD + bits_next(&look);

		metric->starts[i] = time;
		metric->numbers[i] = 0;
	}
}

/* The same as end() for those of a word of series whose numbers were read: there may be a million.
 */
static void end_numbers(struct metric *metric, size_t word, uint64_t previous_time)
{
	struct metric_state *state = metric->state;
	uint64_t delivered = state->delivered[word], changed = state->changed[word];

	settle_numbers(metric, word, delivered, previous_time);
	state->delivered[word] = 0;
	metric->live[word] = (metric->live[word] & ~delivered) | changed;
	while (changed) {
		size_t i = word * BITS_WORD + bits_next(&changed);
		uint64_t now = state->sources[i], previous = state->previous[i];

		metric->numbers[i] += now < previous ? now : now - previous;
		if (!metric->numbers[i])
			bit_clear(metric->live, i);
	}
}

void delta_end_all(struct metric *metric, bool skipped, uint64_t previous_time)
{
	struct metric_state *state = metric->state;
	/* Otherwise what did not change and was not delivered is as it was. */
	bool look_at_all = skipped || state->unsure || state->has_retired;

	for (size_t i = 0; i < bits_words(metric->series_count); i++) {
		uint64_t look = state->used[i], touched = state->touched[i];

		if (is_number(metric) && !look_at_all && !(look & ~touched)) {
			end_numbers(metric, i, previous_time);
			continue;
		}
		if (!look_at_all)
			look &= state->changed[i] | state->delivered[i] | ~touched;
		while (look)
			end(metric, (uint32_t)(i * BITS_WORD + bits_next(&look)), skipped,
				previous_time);
	}
	state->unsure = skipped;
	if (!skipped)
		state->has_retired = false;
}
