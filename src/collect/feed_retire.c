/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots that are taken back while their series goes on: because other keys have the same
 * attributes, because it is the overflow series, or because the key came back before its series had
 * ended. What they had is added to the series as if there was one more slot, so that no series goes
 * back, whatever its instrument and temporality.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/feed_private.h"

enum {
	/* Of what a process before took back, and perhaps did not deliver: passes that tell it. */
	PASSES = 2,
};

struct remains {
	uint32_t series, generation;
	uint32_t due;	 /* until then its series goes on */
	uint64_t *words; /* as in a slot's value */
};

struct feed_ends {
	uint32_t *slot_counts; /* by series */
	uint32_t capacity;
	struct remains *remains;
	size_t count, room;
};

int feed_open_ends(struct feed *feed)
{
	if (!feed->plan->idle_timeout_ns)
		return 0;
	feed->ends = calloc(1, sizeof(*feed->ends));
	return feed->ends ? 0 : -ENOMEM;
}

void feed_close_ends(struct feed *feed)
{
	struct feed_ends *ends = feed->ends;

	if (!ends)
		return;
	for (size_t i = 0; i < ends->count; i++)
		free(ends->remains[i].words);
	free(ends->remains);
	free(ends->slot_counts);
	free(ends);
}

int feed_count_slot(struct feed *feed, uint32_t series)
{
	struct feed_ends *ends = feed->ends;
	uint32_t capacity, *counts;

	if (!ends)
		return 0;
	if (series >= ends->capacity) {
		capacity = series + series / 2 + 16;
		counts = realloc(ends->slot_counts, capacity * sizeof(*counts));
		if (!counts)
			return -ENOMEM;
		memset(counts + ends->capacity, 0, (capacity - ends->capacity) * sizeof(*counts));
		ends->slot_counts = counts;
		ends->capacity = capacity;
	}
	ends->slot_counts[series]++;
	return 0;
}

bool feed_is_gauge(const struct feed *feed)
{
	return feed->plan->instrument == INSTRUMENT_GAUGE;
}

bool feed_slot_is_delivered(const struct feed *feed, uint32_t number)
{
	uint32_t series = feed->slots.series[number];

	return series == KEYTAB_UNDECODABLE || metric_is_delivered(feed->metric, series);
}

bool feed_slot_is_idle(const struct feed *feed, uint32_t number, uint32_t state)
{
	uint32_t series;

	if (!feed->slots.states || feed->slots.states[number] != state)
		return false;
	series = feed->slots.series[number];
	/* What it counted under other names would end with it. */
	if (feed->renames && feed->slots_renamed[number])
		return false;
	/* A level that is not 0 is still there, however long it has been so. */
	if (feed->plan->instrument == INSTRUMENT_UPDOWNCOUNTER && series != KEYTAB_UNDECODABLE &&
		feed->metric->numbers[series])
		return false;
	return feed_slot_is_delivered(feed, number);
}

static struct remains *find_remains(const struct feed *feed, uint32_t series)
{
	const struct feed_ends *ends = feed->ends;
	uint32_t generation = series_generation(feed->metric, series);

	for (size_t i = 0; i < ends->count; i++) {
		if (ends->remains[i].series == series && ends->remains[i].generation == generation)
			return &ends->remains[i];
	}
	return NULL;
}

/* NULL when out of memory. */
static struct remains *make_remains(struct feed *feed, uint32_t series)
{
	struct feed_ends *ends = feed->ends;
	struct remains *remains = find_remains(feed, series);
	uint64_t *words;

	if (remains)
		return remains;
	if (ends->count == ends->room) {
		remains = realloc(ends->remains, (ends->room * 2 + 8) * sizeof(*remains));
		if (!remains)
			return NULL;
		ends->remains = remains;
		ends->room = ends->room * 2 + 8;
	}
	words = calloc(1, feed->plan->value_size);
	if (!words)
		return NULL;
	remains = &ends->remains[ends->count++];
	*remains = (struct remains){
		.series = series,
		.generation = series_generation(feed->metric, series),
		.words = words,
	};
	return remains;
}

int feed_prepare_retire(struct feed *feed, uint32_t number)
{
	uint32_t series = feed->slots.series[number];

	if (series == KEYTAB_UNDECODABLE || feed_is_gauge(feed))
		return 0;
	return make_remains(feed, series) ? 0 : -ENOMEM;
}

static bool is_at(const struct field *field, size_t word)
{
	return field && field->offset == word * sizeof(uint64_t);
}

static void merge(const struct feed *feed, uint64_t *words, const unsigned char *value)
{
	const struct metric_plan *plan = feed->plan;

	for (size_t i = 0; i < plan->value_size / sizeof(*words); i++) {
		uint64_t word = table_word(value + i * sizeof(word));

		if (!is_at(plan->max, i) && !is_at(plan->inverse_min, i))
			words[i] += word;
		else if (words[i] < word)
			words[i] = word;
	}
}

void feed_retire_slot(struct feed *feed, const struct table *table, uint32_t number)
{
	uint32_t series = feed->slots.series[number];
	struct remains *remains;
	uint64_t sum;

	if (series == KEYTAB_UNDECODABLE)
		return;
	remains = find_remains(feed, series);
	if (remains)
		merge(feed, remains->words, table_value(table, number, &sum));
	feed->ends->slot_counts[series]--;
	/* Should it not become free now, then it counts nothing nevertheless. */
	feed_set_slot(feed, number, feed->slots.states[number], KEYTAB_UNDECODABLE);
}

void feed_release_slot(struct feed *feed, uint32_t number)
{
	feed_set_slot(feed, number, 0, 0);
}

static void forget_slot(struct feed *feed, uint32_t number)
{
	uint32_t series = feed->slots.series[number];

	if (feed->renames)
		feed_forget_names(feed, &feed->slots_renamed[number]);

	if (feed->slots.states[number] && series != KEYTAB_UNDECODABLE)
		feed->ends->slot_counts[series]--;
	feed_set_slot(feed, number, 0, 0);
}

void feed_check_slot(struct feed *feed, uint32_t number, uint32_t state)
{
	if (feed->slots.states[number] != state)
		forget_slot(feed, number);
}

void feed_drop_slot(struct feed *feed, uint32_t number, uint32_t state)
{
	forget_slot(feed, number);
	feed_set_slot(feed, number, state, KEYTAB_UNDECODABLE);
}

int feed_inherit_slot(struct feed *feed, uint32_t number, uint32_t state, const uint64_t *words)
{
	uint32_t series = feed->slots.series[number];
	struct remains *remains;

	if (feed->slots.states[number] != state || series == KEYTAB_UNDECODABLE ||
		feed_is_gauge(feed))
		return 0;
	remains = make_remains(feed, series);
	if (!remains)
		return -ENOMEM;
	merge(feed, remains->words, (const unsigned char *)words);
	remains->due = PASSES;
	return 0;
}

static bool is_there(const struct feed *feed, const struct remains *remains)
{
	return series_generation(feed->metric, remains->series) == remains->generation;
}

static bool has_slots(const struct feed *feed, uint32_t series)
{
	return series < feed->ends->capacity && feed->ends->slot_counts[series];
}

static bool goes_on(const struct feed *feed, const struct remains *remains)
{
	if (!is_there(feed, remains))
		return false;
	if (remains->due)
		return true;
	if (has_slots(feed, remains->series) || metric_is_overflow(feed->metric, remains->series))
		return true;
	/* Of a level nothing may be forgotten. */
	return feed->plan->instrument == INSTRUMENT_UPDOWNCOUNTER &&
	       field_integer(feed->plan->value, (const unsigned char *)remains->words);
}

void feed_add_remains(struct feed *feed)
{
	const struct feed_ends *ends = feed->ends;

	for (size_t i = 0; ends && i < ends->count; i++) {
		const struct remains *remains = &ends->remains[i];

		if (goes_on(feed, remains))
			feed->kind->add(
				feed, remains->series, 0, (const unsigned char *)remains->words);
	}
}

/* This pass told it. It is due until a pass finds that it was delivered. */
static void count_pass(const struct feed *feed, struct remains *remains)
{
	if (remains->due > 1 ||
		(remains->due && metric_is_delivered(feed->metric, remains->series)))
		remains->due--;
}

/* A series without slots got nothing in this pass, and ends. */
void feed_end_remains(struct feed *feed)
{
	struct feed_ends *ends = feed->ends;
	size_t kept = 0;

	for (size_t i = 0; ends && i < ends->count; i++) {
		if (goes_on(feed, &ends->remains[i])) {
			count_pass(feed, &ends->remains[i]);
			ends->remains[kept++] = ends->remains[i];
		} else {
			free(ends->remains[i].words);
		}
	}
	if (ends)
		ends->count = kept;
}

void feed_skip_remains(struct feed *feed)
{
	struct feed_ends *ends = feed->ends;

	for (size_t i = 0; ends && i < ends->count; i++) {
		if (ends->remains[i].due)
			ends->remains[i].due = PASSES;
	}
}

void feed_write_remains(const struct feed *feed, struct buf *out)
{
	const struct feed_ends *ends = feed->ends;
	uint32_t count = 0;

	if (!ends)
		return;
	for (size_t i = 0; i < ends->count; i++)
		count += is_there(feed, &ends->remains[i]);
	put32(out, count);
	for (size_t i = 0; i < ends->count; i++) {
		/* Its key may come back before the next pass, and it goes on. */
		if (!is_there(feed, &ends->remains[i]))
			continue;
		put32(out, ends->remains[i].series);
		put32(out, ends->remains[i].due);
		buf_put(out, ends->remains[i].words, feed->plan->value_size);
	}
}

int feed_read_remains(struct feed *feed, struct input *in)
{
	uint32_t count = feed->ends ? get32(in) : 0;

	for (uint32_t i = 0; i < count && !in->failed; i++) {
		uint32_t series = get32(in), due = get32(in);
		const void *words = take_bytes(in, feed->plan->value_size);
		struct remains *remains;

		if (!words || !feed_has_series(feed, series))
			return -EINVAL;
		remains = make_remains(feed, series);
		if (!remains)
			return -ENOMEM;
		memcpy(remains->words, words, feed->plan->value_size);
		remains->due = due < PASSES ? due : PASSES;
	}
	return in->failed ? -EINVAL : 0;
}
