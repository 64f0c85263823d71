/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* 64 bits without a sign are also how programs without types write a number that may fall below 0.
 */
static bool is_signed(const struct metric_plan *plan)
{
	if (plan->definition->by_size)
		return plan->instrument == INSTRUMENT_UPDOWNCOUNTER;
	return plan->value && plan->value->kind == FIELD_INT;
}

static const struct feed_kind *find_kind(const struct metric_plan *plan)
{
	if (plan->instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		return &feed_exponentials;
	if (plan->instrument != INSTRUMENT_HISTOGRAM)
		return &feed_numbers;
	return plan->definition->rows ? &feed_buckets : &feed_histograms;
}

static int make_metric(struct feed *feed, struct scope *scope, struct err *err)
{
	const struct metric_plan *plan = feed->plan;
	struct metric_desc desc = {
		.name = plan->definition->name,
		.unit = plan->definition->unit,
		.description = plan->definition->description,
		.instrument = plan->instrument,
		.factor = plan->definition->factor,
		.divisor = plan->definition->divisor,
		.is_signed = is_signed(plan),
		.bounds = plan->bounds,
		.bound_count = plan->bound_count,
		.octaves = plan->octaves,
		.max_size = plan->definition->max_size,
		.max_series = plan->max_series,
	};

	feed->metric = scope_add_metric(scope, &desc, err);
	return feed->metric ? 0 : -EINVAL;
}

int feed_new(
	struct feed **result, const struct metric_plan *plan, struct scope *scope, struct err *err)
{
	size_t key_size = plan->key_size + (plan->keeps_cpus ? sizeof(uint32_t) : 0);
	bool is_table = plan->map->table.kind != TABLE_NONE;
	struct feed *feed = calloc(1, sizeof(*feed));

	*result = NULL;
	if (!feed)
		return err_set(err, -ENOMEM, "out of memory");
	feed->plan = plan;
	feed->kind = find_kind(plan);
	feed->keys = is_table ? NULL : keytab_new(key_size);
	feed->key = malloc(key_size);
	if (plan->is_volatile)
		feed->renames = renames_new(plan->value_size);
	if ((!feed->keys && !is_table) || !feed->key || (plan->is_volatile && !feed->renames) ||
		(feed->kind->open && feed->kind->open(feed))) {
		feed_free(feed);
		return err_set(err, -ENOMEM, "out of memory");
	}
	if (make_metric(feed, scope, err)) {
		feed_free(feed);
		return -EINVAL;
	}
	if (feed_open_memos(feed) || feed_open_ends(feed)) {
		feed_free(feed);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*result = feed;
	return 0;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	keytab_free(feed->keys);
	free(feed->slots.states);
	free(feed->slots.series);
	free(feed->slots.runs);
	free(feed->slots_renamed);
	renames_free(feed->renames);
	feed_close_ends(feed);
	if (feed->kind->close)
		feed->kind->close(feed);
	free(feed->key);
	free(feed->rows);
	free(feed->fresh);
	memos_fini(&feed->memos);
	free(feed->now);
	arena_fini(&feed->scratch);
	free(feed);
}

void feed_begin(struct feed *feed)
{
	if (feed->keys)
		keytab_begin(feed->keys);
	feed->look_again = feed->renames && renames_begin(feed->renames);
	feed->row_count = 0;
	if (feed->kind->begin)
		feed->kind->begin(feed);
}

static void remember_undecodable(struct feed *feed, const struct err *err)
{
	feed->undecodable++;
	snprintf(feed->undecodable_text, sizeof(feed->undecodable_text), "%.255s", err->text);
}

int feed_decode_key(struct feed *feed, const unsigned char *key, uint32_t *series, uint32_t *place)
{
	struct attr attrs[LIMIT_ATTRIBUTES_PER_SERIES + 1];
	struct err err = {0};
	size_t count;
	int result;

	result = attributes_decode(feed->plan, key, attrs, &count, &feed->scratch, &err);
	if (!result && feed->kind->place)
		result = feed->kind->place(feed, key, place, &err);
	if (result == -ENOMEM)
		return result;
	if (result) {
		if (result == DECODE_SKIP)
			feed->skipped++;
		else
			remember_undecodable(feed, &err);
		*series = KEYTAB_UNDECODABLE;
		return 0;
	}
	*series = metric_find_series(feed->metric, attrs, count);
	return *series == SERIES_NONE ? -ENOMEM : 0;
}

int feed_overflow(struct feed *feed, const struct batch *batch)
{
	uint32_t series;

	for (size_t i = 0; i < batch->count; i++) {
		bool written = false;

		for (uint32_t c = 0; c < batch->cpu_count; c++)
			written |= !feed_all_zero(
				feed_row_value(batch, i, c), feed->plan->value_size);
		if (!written)
			continue;
		series = metric_overflow_series(feed->metric);
		if (series == SERIES_NONE)
			return -ENOMEM;
		for (uint32_t c = 0; c < batch->cpu_count; c++)
			feed->kind->add(feed, series, 0, feed_row_value(batch, i, c));
	}
	return 0;
}

void feed_end(struct feed *feed, bool complete)
{
	if (!complete) {
		metric_skip(feed->metric);
		feed_skip_remains(feed);
		return;
	}
	if (feed->kind->end)
		feed->kind->end(feed);
	feed_end_remains(feed);
	if (feed->keys)
		keytab_end(feed->keys);
}

uint64_t feed_rows(const struct feed *feed)
{
	return feed->row_count;
}

uint64_t feed_undecodable(const struct feed *feed, const char **text)
{
	*text = feed->undecodable_text;
	return feed->undecodable;
}

uint64_t feed_skipped(const struct feed *feed)
{
	return feed->skipped;
}
