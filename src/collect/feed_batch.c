/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that come in batches: a table of keys says which series each of them is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/feed_private.h"

static uint32_t rows_per_key(const struct feed *feed, const struct batch *batch)
{
	return feed->plan->keeps_cpus ? batch->cpu_count : 1;
}

/* One value, or one for each CPU. */
static struct feed_values row_values(const struct feed *feed, const struct batch *batch, size_t row)
{
	uint32_t per_key = rows_per_key(feed, batch), cpu = (uint32_t)(row % per_key);

	return (struct feed_values){
		.first = feed_row_value(batch, row / per_key, cpu),
		.stride = batch->cpu_stride,
		.count = feed->plan->keeps_cpus ? 1 : batch->cpu_count,
	};
}

/* Every entry of an array exists; one that is all zero stands for something that never happened. */
static bool never_written(const struct feed *feed, const struct feed_values *values)
{
	if (feed->plan->zeros_count || !map_type_is_array(feed->plan->map->type))
		return false;
	for (uint32_t i = 0; i < values->count; i++) {
		if (!feed_all_zero(values->first + i * values->stride, feed->plan->value_size))
			return false;
	}
	return true;
}

static struct keytab_entry *row_entry(struct feed *feed, const struct batch *batch, size_t row)
{
	uint32_t key_size = feed->plan->key_size, per_key = rows_per_key(feed, batch);
	uint32_t cpu = (uint32_t)(row % per_key);

	memcpy(feed->key, batch->keys + row / per_key * batch->key_stride, key_size);
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

/* The row, which is known, has to be learnt anew if it is called something else now. */
static int look_again(struct feed *feed, const struct batch *batch, size_t row,
	struct keytab_entry *entry, bool *renamed)
{
	const struct feed_row old = {entry->series, entry->place, 0};
	const struct feed_values values = row_values(feed, batch, row);
	int result = feed_is_renamed(feed, feed->key, entry->series, renamed);

	if (result || !*renamed)
		return result;
	*renamed = feed_end_name(feed, &old, &entry->renamed, &values);
	if (*renamed && entry->memo)
		memset(memo_words(&feed->memos, entry->memo), 0,
			feed->memos.width * sizeof(uint64_t));
	return 0;
}

/* Decode the key of a row that was not met before, or see what it is called now. */
static int learn(struct feed *feed, const struct batch *batch, size_t row)
{
	struct keytab_entry *entry = row_entry(feed, batch, row);
	uint32_t series;
	int result;

	if (!entry)
		return -ENOMEM;
	if (is_known(feed, entry)) {
		bool renamed = false;

		result = look_again(feed, batch, row, entry, &renamed);
		if (result || !renamed)
			return result;
	}
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
		result = learn(feed, batch, rows[i]);
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

static void use_row(
	struct feed *feed, const struct batch *batch, size_t row, struct keytab_entry *entry)
{
	const struct feed_values values = row_values(feed, batch, row);
	bool anew = entry->renamed && feed_has_less(feed, entry->renamed, &values);

	if (anew)
		feed_forget_names(feed, &entry->renamed);
	feed->rows[row] = (struct feed_row){entry->series, entry->place, entry->renamed};
	if (entry->series == KEYTAB_UNDECODABLE || !feed->memos.width)
		return;
	feed_read_words(feed, entry->renamed, &values);
	feed_remember(feed, entry, anew);
}

/* Fill feed->rows. */
static int find_series(struct feed *feed, const struct batch *batch)
{
	size_t rows = batch->count * rows_per_key(feed, batch), fresh_count = 0;
	int result;

	result = resize_rows(feed, rows);
	if (result)
		return result;
	for (size_t row = 0; row < rows; row++) {
		const struct feed_values values = row_values(feed, batch, row);
		struct keytab_entry *entry;

		feed->rows[row] = (struct feed_row){.series = KEYTAB_UNDECODABLE};
		if (never_written(feed, &values))
			continue;
		entry = row_entry(feed, batch, row);
		if (!entry)
			return -ENOMEM;
		feed->row_count++;
		if (is_known(feed, entry) && !feed->look_again)
			use_row(feed, batch, row, entry);
		else
			feed->fresh[fresh_count++] = (uint32_t)row;
	}
	if (!fresh_count)
		return 0;
	result = learn_all(feed, batch, feed->fresh, fresh_count);
	for (size_t i = 0; !result && i < fresh_count; i++) {
		uint32_t row = feed->fresh[i];

		use_row(feed, batch, row, row_entry(feed, batch, row));
	}
	arena_reset(&feed->scratch);
	return result;
}

static void add_row(struct feed *feed, const struct batch *batch, size_t i)
{
	const struct feed_row *row = &feed->rows[i];
	const struct feed_values values = row_values(feed, batch, i);

	if (row->renamed) {
		feed_add_renamed(feed, row, &values);
		return;
	}
	if (row->series == KEYTAB_UNDECODABLE)
		return;
	for (uint32_t c = 0; c < values.count; c++)
		feed->kind->add(feed, row->series, row->place, values.first + c * values.stride);
}

int feed_batch(struct feed *feed, const struct batch *batch)
{
	size_t rows = batch->count * rows_per_key(feed, batch);
	int result;

	result = find_series(feed, batch);
	if (!result && feed->kind->reserve)
		result = feed->kind->reserve(feed);
	for (size_t row = 0; !result && row < rows; row++)
		add_row(feed, batch, row);
	return result;
}
