/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "collect/attributes.h"
#include "collect/feed_private.h"

enum {
	ROW_UNUSED = UINT32_MAX
};

static int make_metric(struct feed *feed, struct scope *scope, struct err *err)
{
	const struct metric_plan *plan = feed->plan;
	struct metric_desc desc = {
		.name = plan->definition->name,
		.unit = plan->definition->unit,
		.description = plan->definition->description,
		.instrument = plan->instrument,
		.divisor = plan->definition->divisor,
		.is_signed = plan->value && plan->value->kind == FIELD_INT,
		.bounds = plan->bounds,
		.bound_count = plan->bound_count,
		.max_size = plan->definition->max_size,
		.max_series = plan->definition->cardinality_limit,
	};

	feed->metric = scope_add_metric(scope, &desc, err);
	return feed->metric ? 0 : -EINVAL;
}

int feed_new(
	struct feed **result, const struct metric_plan *plan, struct scope *scope, struct err *err)
{
	size_t key_size = plan->map->key_size + (plan->keeps_cpus ? sizeof(uint32_t) : 0);
	bool is_table = plan->map->table.kind != TABLE_NONE;
	struct feed *feed = calloc(1, sizeof(*feed));

	*result = NULL;
	if (!feed)
		return err_set(err, -ENOMEM, "out of memory");
	feed->plan = plan;
	feed->keys = is_table ? NULL : keytab_new(key_size);
	feed->key = malloc(key_size);
	feed->buckets = calloc(plan->bucket_count + 1, sizeof(*feed->buckets));
	if ((!feed->keys && !is_table) || !feed->key || !feed->buckets) {
		feed_free(feed);
		return err_set(err, -ENOMEM, "out of memory");
	}
	if (make_metric(feed, scope, err)) {
		feed_free(feed);
		return -EINVAL;
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
	free(feed->key);
	free(feed->buckets);
	free(feed->series);
	arena_fini(&feed->scratch);
	free(feed);
}

void feed_begin(struct feed *feed)
{
	if (feed->keys)
		keytab_begin(feed->keys);
	feed->rows = 0;
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

	if (!map_type_is_array(feed->plan->map->type))
		return false;
	if (feed->plan->keeps_cpus || !batch->cpu_stride)
		return all_zero(value, feed->plan->map->value_size);
	for (uint32_t c = 0; c < batch->cpu_count; c++) {
		if (!all_zero(row_value(batch, i, c), feed->plan->map->value_size))
			return false;
	}
	return true;
}

static struct keytab_entry *row_entry(
	struct feed *feed, const struct batch *batch, size_t i, uint32_t cpu)
{
	uint32_t key_size = feed->plan->map->key_size;

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

int feed_decode_key(struct feed *feed, const unsigned char *key, uint32_t *series)
{
	struct attr attrs[LIMIT_ATTRIBUTES_PER_SERIES + 1];
	struct err err = {0};
	size_t count;
	int result;

	result = attributes_decode(feed->plan, key, attrs, &count, &feed->scratch, &err);
	if (result == -ENOMEM)
		return result;
	if (result) {
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
	result = feed_decode_key(feed, feed->key, &series);
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

static int resize_rows(struct feed *feed, size_t rows)
{
	uint32_t *series;

	if (rows <= feed->series_size)
		return 0;
	series = realloc(feed->series, rows * 2 * sizeof(*series));
	if (!series)
		return -ENOMEM;
	feed->series = series;
	feed->series_size = rows;
	return 0;
}

/* Fill feed->series. The second half of that array lists the rows that are new. */
static int find_series(struct feed *feed, const struct batch *batch)
{
	uint32_t per_key = rows_per_key(feed, batch);
	size_t rows = batch->count * per_key, fresh_count = 0;
	uint32_t *fresh;
	int result;

	result = resize_rows(feed, rows);
	if (result)
		return result;
	fresh = feed->series + feed->series_size;
	for (size_t row = 0; row < rows; row++) {
		size_t i = row / per_key;
		uint32_t cpu = (uint32_t)(row % per_key);
		struct keytab_entry *entry;

		feed->series[row] = ROW_UNUSED;
		if (never_written(feed, batch, i, cpu))
			continue;
		entry = row_entry(feed, batch, i, cpu);
		if (!entry)
			return -ENOMEM;
		feed->rows++;
		if (!is_known(feed, entry))
			fresh[fresh_count++] = (uint32_t)row;
		else if (entry->series != KEYTAB_UNDECODABLE)
			feed->series[row] = entry->series;
	}
	if (!fresh_count)
		return 0;
	result = learn_all(feed, batch, fresh, fresh_count);
	for (size_t i = 0; !result && i < fresh_count; i++) {
		uint32_t row = fresh[i];
		struct keytab_entry *entry = row_entry(feed, batch, row / per_key, row % per_key);

		if (entry->series != KEYTAB_UNDECODABLE)
			feed->series[row] = entry->series;
	}
	arena_reset(&feed->scratch);
	return result;
}

void feed_add_value(struct feed *feed, uint32_t series, const unsigned char *value)
{
	const struct metric_plan *plan = feed->plan;
	struct histogram histogram = {.buckets = feed->buckets};

	if (plan->instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM) {
		feed_add_exponential(feed, series, value);
		return;
	}
	if (plan->instrument != INSTRUMENT_HISTOGRAM) {
		metric_add(feed->metric, series, field_integer(plan->value, value));
		return;
	}
	histogram.sum = field_integer(plan->sum, value);
	for (uint32_t i = 0; i <= plan->bound_count; i++) {
		struct field bucket = {
			.kind = FIELD_UINT,
			.offset = plan->buckets->offset + i * plan->buckets->element_size,
			.size = plan->buckets->element_size,
		};

		feed->buckets[i] = field_integer(&bucket, value);
	}
	metric_add_histogram(feed->metric, series, &histogram);
}

static void add_row(
	struct feed *feed, const struct batch *batch, size_t i, uint32_t cpu, uint32_t series)
{
	if (feed->plan->keeps_cpus || !batch->cpu_stride) {
		feed_add_value(feed, series, row_value(batch, i, cpu));
		return;
	}
	for (uint32_t c = 0; c < batch->cpu_count; c++)
		feed_add_value(feed, series, row_value(batch, i, c));
}

int feed_batch(struct feed *feed, const struct batch *batch)
{
	uint32_t per_key = rows_per_key(feed, batch);
	int result;

	result = find_series(feed, batch);
	if (result)
		return result;
	for (size_t row = 0; row < batch->count * per_key; row++) {
		if (feed->series[row] != ROW_UNUSED)
			add_row(feed, batch, row / per_key, (uint32_t)(row % per_key),
				feed->series[row]);
	}
	return 0;
}

int feed_overflow(struct feed *feed, const struct batch *batch)
{
	uint32_t series;

	for (size_t i = 0; i < batch->count; i++) {
		bool written = false;

		for (uint32_t c = 0; c < batch->cpu_count; c++)
			written |= !all_zero(row_value(batch, i, c), feed->plan->map->value_size);
		if (!written)
			continue;
		series = metric_overflow_series(feed->metric);
		if (series == SERIES_NONE)
			return -ENOMEM;
		for (uint32_t c = 0; c < batch->cpu_count; c++)
			feed_add_value(feed, series, row_value(batch, i, c));
	}
	return 0;
}

void feed_end(struct feed *feed, bool complete)
{
	if (!complete)
		metric_skip(feed->metric);
	else if (feed->keys)
		keytab_end(feed->keys);
}

uint64_t feed_rows(const struct feed *feed)
{
	return feed->rows;
}

uint64_t feed_undecodable(const struct feed *feed, const char **text)
{
	*text = feed->undecodable_text;
	return feed->undecodable;
}
