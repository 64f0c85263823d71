/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum {
	ROW_UNUSED = UINT32_MAX
};

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
	if ((!feed->keys && !is_table) || !feed->key ||
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
	free(feed->slots);
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
	feed->row_count = 0;
	if (feed->kind->begin)
		feed->kind->begin(feed);
}

static uint32_t rows_per_key(const struct feed *feed, const struct batch *batch)
{
	return feed->plan->keeps_cpus ? batch->cpu_count : 1;
}

static const unsigned char *row_value(const struct batch *batch, size_t i, uint32_t cpu)
{
	return batch->values + i * batch->value_stride + cpu * batch->cpu_stride;
}

static bool all_zero(const unsigned char *bytes, size_t size)
{
	return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}

/* Every entry of an array exists; one that is all zero stands for something that never happened. */
static bool never_written(
	const struct feed *feed, const struct batch *batch, size_t i, uint32_t cpu)
{
	const unsigned char *value = row_value(batch, i, cpu);

	if (feed->plan->zeros_count || !map_type_is_array(feed->plan->map->type))
		return false;
	if (feed->plan->keeps_cpus || !batch->cpu_stride)
		return all_zero(value, feed->plan->value_size);
	for (uint32_t c = 0; c < batch->cpu_count; c++) {
		if (!all_zero(row_value(batch, i, c), feed->plan->value_size))
			return false;
	}
	return true;
}

static struct keytab_entry *row_entry(
	struct feed *feed, const struct batch *batch, size_t i, uint32_t cpu)
{
	uint32_t key_size = feed->plan->key_size;

	memcpy(feed->key, batch->keys + i * batch->key_stride, key_size);
	if (feed->plan->keeps_cpus)
		memcpy(feed->key + key_size, &cpu, sizeof(cpu));
	return keytab_get(feed->keys, feed->key);
}

static bool is_known(const struct feed *feed, const struct keytab_entry *entry)
{
	return entry->series == KEYTAB_UNDECODABLE ||
	       (entry->series != KEYTAB_UNKNOWN &&
		       series_generation(feed->metric, entry->series) == entry->generation);
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

/* Decode the key of a row that was not met before. */
static int learn(struct feed *feed, const struct batch *batch, size_t i, uint32_t cpu)
{
	struct keytab_entry *entry = row_entry(feed, batch, i, cpu);
	uint32_t series;
	int result;

	if (!entry)
		return -ENOMEM;
	result = feed_decode_key(feed, feed->key, &series, &entry->place);
	if (result)
		return result;
	entry->series = series;
	if (series != KEYTAB_UNDECODABLE)
		entry->generation = series_generation(feed->metric, series);
	return 0;
}

/* Learn the rows of the list, after telling the decoders of all of them. */
static int learn_all(struct feed *feed, const struct batch *batch, const uint32_t *rows, size_t n)
{
	uint32_t per_key = rows_per_key(feed, batch);
	const unsigned char **keys = arena_alloc(&feed->scratch, n * sizeof(*keys));
	int result;

	if (!keys)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		keys[i] = batch->keys + rows[i] / per_key * batch->key_stride;
	result = attributes_prepare(feed->plan, keys, n, &feed->scratch);
	for (size_t i = 0; !result && i < n; i++)
		result = learn(feed, batch, rows[i] / per_key, rows[i] % per_key);
	return result;
}

static int resize_rows(struct feed *feed, size_t count)
{
	struct feed_row *rows;
	uint32_t *fresh;

	if (count <= feed->row_capacity)
		return 0;
	rows = realloc(feed->rows, count * sizeof(*rows));
	if (rows)
		feed->rows = rows;
	fresh = realloc(feed->fresh, count * sizeof(*fresh));
	if (fresh)
		feed->fresh = fresh;
	if (!rows || !fresh)
		return -ENOMEM;
	feed->row_capacity = count;
	return 0;
}

static void remember(
	struct feed *feed, const struct batch *batch, size_t row, struct keytab_entry *entry)
{
	uint32_t per_key = rows_per_key(feed, batch), cpu = (uint32_t)(row % per_key);
	uint32_t end = feed->plan->keeps_cpus ? cpu + 1 : batch->cpu_count;

	memset(feed->now, 0, feed->memos.width * sizeof(*feed->now));
	do {
		feed->kind->read(feed, row_value(batch, row / per_key, cpu), feed->now);
	} while (++cpu < end);
	feed_remember(feed, entry);
}

static void use_row(
	struct feed *feed, const struct batch *batch, size_t row, struct keytab_entry *entry)
{
	if (entry->series == KEYTAB_UNDECODABLE)
		return;
	feed->rows[row] = (struct feed_row){entry->series, entry->place};
	if (feed->memos.width)
		remember(feed, batch, row, entry);
}

/* Fill feed->rows. */
static int find_series(struct feed *feed, const struct batch *batch)
{
	uint32_t per_key = rows_per_key(feed, batch);
	size_t rows = batch->count * per_key, fresh_count = 0;
	int result;

	result = resize_rows(feed, rows);
	if (result)
		return result;
	for (size_t row = 0; row < rows; row++) {
		size_t i = row / per_key;
		uint32_t cpu = (uint32_t)(row % per_key);
		struct keytab_entry *entry;

		feed->rows[row].series = ROW_UNUSED;
		if (never_written(feed, batch, i, cpu))
			continue;
		entry = row_entry(feed, batch, i, cpu);
		if (!entry)
			return -ENOMEM;
		feed->row_count++;
		if (is_known(feed, entry))
			use_row(feed, batch, row, entry);
		else
			feed->fresh[fresh_count++] = (uint32_t)row;
	}
	if (!fresh_count)
		return 0;
	result = learn_all(feed, batch, feed->fresh, fresh_count);
	for (size_t i = 0; !result && i < fresh_count; i++) {
		uint32_t row = feed->fresh[i];

		use_row(feed, batch, row, row_entry(feed, batch, row / per_key, row % per_key));
	}
	arena_reset(&feed->scratch);
	return result;
}

static void add_row(struct feed *feed, const struct batch *batch, size_t i, uint32_t cpu,
	const struct feed_row *row)
{
	if (feed->plan->keeps_cpus || !batch->cpu_stride) {
		feed->kind->add(feed, row->series, row->place, row_value(batch, i, cpu));
		return;
	}
	for (uint32_t c = 0; c < batch->cpu_count; c++)
		feed->kind->add(feed, row->series, row->place, row_value(batch, i, c));
}

int feed_batch(struct feed *feed, const struct batch *batch)
{
	uint32_t per_key = rows_per_key(feed, batch);
	int result;

	result = find_series(feed, batch);
	if (!result && feed->kind->reserve)
		result = feed->kind->reserve(feed);
	if (result)
		return result;
	for (size_t row = 0; row < batch->count * per_key; row++) {
		if (feed->rows[row].series != ROW_UNUSED)
			add_row(feed, batch, row / per_key, (uint32_t)(row % per_key),
				&feed->rows[row]);
	}
	return 0;
}

int feed_overflow(struct feed *feed, const struct batch *batch)
{
	uint32_t series;

	for (size_t i = 0; i < batch->count; i++) {
		bool written = false;

		for (uint32_t c = 0; c < batch->cpu_count; c++)
			written |= !all_zero(row_value(batch, i, c), feed->plan->value_size);
		if (!written)
			continue;
		series = metric_overflow_series(feed->metric);
		if (series == SERIES_NONE)
			return -ENOMEM;
		for (uint32_t c = 0; c < batch->cpu_count; c++)
			feed->kind->add(feed, series, 0, row_value(batch, i, c));
	}
	return 0;
}

void feed_end(struct feed *feed, bool complete)
{
	if (!complete) {
		metric_skip(feed->metric);
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
