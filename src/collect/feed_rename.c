/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are called something else than when they were met: see rename.h. */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "collect/feed_private.h"

static bool has_attribute(const struct series *series, const struct attr *attr)
{
	for (uint32_t i = 0; i < series->attr_count; i++)
		if (strcmp(series->attrs[i].key, attr->key) == 0)
			return attrs_equal(&series->attrs[i], 1, attr, 1);
	return false;
}

/* Whether the series is what a key with these attributes belongs to. */
static bool is_named(
	const struct feed *feed, uint32_t number, const struct attr *attrs, size_t count)
{
	const struct series *series = &feed->metric->series[number];
	bool same = series->attr_count == count;

	if (series->attr_count == 1 && strcmp(series->attrs[0].key, "otel.metric.overflow") == 0)
		return true;
	for (size_t i = 0; i < count && same; i++)
		same = has_attribute(series, &attrs[i]);
	return same;
}

int feed_is_renamed(struct feed *feed, const unsigned char *key, uint32_t series, bool *renamed)
{
	struct attr attrs[LIMIT_ATTRIBUTES_PER_SERIES + 1];
	struct err err = {0};
	size_t count;
	int result = attributes_decode(feed->plan, key, attrs, &count, &feed->scratch, &err);

	if (result == -ENOMEM)
		return result;
	if (series == KEYTAB_UNDECODABLE)
		*renamed = !result;
	else
		*renamed = result || !is_named(feed, series, attrs, count);
	return 0;
}

/* What is there now is all that gauges and up-down counters tell: it goes along with the name. */
static bool counts_stay(const struct feed *feed)
{
	switch (feed->plan->instrument) {
	case INSTRUMENT_COUNTER:
	case INSTRUMENT_HISTOGRAM:
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		return true;
	case INSTRUMENT_UPDOWNCOUNTER:
	case INSTRUMENT_GAUGE:
		break;
	}
	return false;
}

bool feed_end_name(struct feed *feed, const struct feed_row *row, uint32_t *renamed,
	const struct feed_values *values)
{
	const struct rename_mark name = {
		.series = row->series,
		.generation = series_generation(feed->metric, row->series),
		.place = row->place,
		.count = values->count,
	};
	uint32_t result;

	if (!counts_stay(feed))
		return true;
	result = renames_add(feed->renames, *renamed, &name, values->first, values->stride);
	if (result)
		*renamed = result;
	return result;
}

/* What is in value `i` less what was marked of it; NULL if that is more. */
static const unsigned char *difference(struct feed *feed, const struct feed_values *values,
	uint32_t i, const struct rename_mark *mark)
{
	const unsigned char *value = values->first + i * values->stride;
	size_t size = feed->plan->value_size;
	unsigned char *scratch;

	if (!mark || i >= mark->count)
		return value;
	scratch = renames_scratch(feed->renames);
	memcpy(scratch, value, size);
	return feed->kind->subtract(feed, scratch, mark->values + i * size) ? scratch : NULL;
}

static const struct rename_mark *last_mark(const struct feed *feed, uint32_t renamed)
{
	const struct rename_mark *mark = renames_first(feed->renames, renamed);

	while (mark && mark->next)
		mark = mark->next;
	return mark;
}

static struct feed_values values_of(const struct feed *feed, const struct rename_mark *mark)
{
	return (struct feed_values){mark->values, feed->plan->value_size, mark->count};
}

static void add_difference(struct feed *feed, const struct feed_row *row,
	const struct feed_values *values, const struct rename_mark *mark)
{
	for (uint32_t i = 0; i < values->count; i++) {
		const unsigned char *value = difference(feed, values, i, mark);

		if (value)
			feed->kind->add(feed, row->series, row->place, value);
	}
}

static bool is_there(const struct feed *feed, const struct rename_mark *mark)
{
	return mark->series != KEYTAB_UNDECODABLE &&
	       series_generation(feed->metric, mark->series) == mark->generation;
}

void feed_add_renamed(
	struct feed *feed, const struct feed_row *row, const struct feed_values *values)
{
	const struct rename_mark *before = NULL;

	for (const struct rename_mark *mark = renames_first(feed->renames, row->renamed); mark;
		mark = mark->next) {
		const struct feed_row old = {mark->series, mark->place, 0};
		const struct feed_values had = values_of(feed, mark);

		if (is_there(feed, mark))
			add_difference(feed, &old, &had, before);
		before = mark;
	}
	if (row->series != KEYTAB_UNDECODABLE)
		add_difference(feed, row, values, before);
}

bool feed_has_less(struct feed *feed, uint32_t renamed, const struct feed_values *values)
{
	const struct rename_mark *mark = last_mark(feed, renamed);

	for (uint32_t i = 0; mark && i < values->count; i++)
		if (!difference(feed, values, i, mark))
			return true;
	return false;
}

static void add_words(struct feed *feed, const struct feed_values *values,
	const struct rename_mark *mark, uint64_t *words)
{
	for (uint32_t i = 0; i < values->count; i++) {
		const unsigned char *value = difference(feed, values, i, mark);

		if (value)
			feed->kind->read(feed, value, words);
	}
}

void feed_read_words(struct feed *feed, uint32_t renamed, const struct feed_values *values)
{
	memset(feed->now, 0, feed->memos.width * sizeof(*feed->now));
	add_words(feed, values, renamed ? last_mark(feed, renamed) : NULL, feed->now);
}

void feed_forget_names(struct feed *feed, uint32_t *renamed)
{
	const struct rename_mark *before = NULL;

	if (!*renamed)
		return;
	for (const struct rename_mark *mark = renames_first(feed->renames, *renamed);
		mark && feed->memos.width; mark = mark->next) {
		const struct feed_values had = values_of(feed, mark);

		memset(feed->now, 0, feed->memos.width * sizeof(*feed->now));
		add_words(feed, &had, before, feed->now);
		if (is_there(feed, mark))
			feed->kind->retire(feed, mark->series, mark->place, feed->now);
		before = mark;
	}
	renames_drop(feed->renames, *renamed);
	*renamed = 0;
}

bool feed_subtract(const struct field *field, unsigned char *value, const unsigned char *before)
{
	uint64_t now = field_integer(field, value), then = field_integer(field, before);

	if (now < then)
		return false;
	field_set_integer(field, value, now - then);
	return true;
}
