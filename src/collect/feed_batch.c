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

/* The number of a row's key; 0 when out of memory. */
static uint32_t row_key(struct feed *feed, const struct batch *batch, size_t row)
{
	uint32_t key_size = feed->plan->key_size, per_key = rows_per_key(feed, batch);
	uint32_t cpu = (uint32_t)(row % per_key), number;

	memcpy(feed->key, batch->keys + row / per_key * batch->key_stride, key_size);
	if (feed->plan->keeps_cpus)
		memcpy(feed->key + key_size, &cpu, sizeof(cpu));
	return keytab_get(feed->keys, feed->key, 0, 1, &number) ? 0 : number;
}

static bool is_known(const struct feed *feed, const struct keytab_entry *entry)
{
	return entry->series == KEYTAB_UNDECODABLE ||
	       (entry->series != KEYTAB_UNKNOWN &&
		       series_generation(feed->metric, entry->series) == entry->generation);
}

/* The row, which is known, has to be learnt anew if it is called something else now. */
static int look_again(struct feed *feed, const struct batch *batch, size_t row, bool *renamed)
{
	struct keytab_entry *entry = keytab_entry(feed->keys, feed->rows[row]);
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
	struct keytab_entry *entry = keytab_entry(feed->keys, feed->rows[row]);
	uint32_t series;
	bool renamed = false;
	int result;

	memcpy(feed->key, entry + 1,
		feed->plan->key_size + feed->plan->keeps_cpus * sizeof(uint32_t));
	if (is_known(feed, entry)) {
		result = look_again(feed, batch, row, &renamed);
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
	arena_reset(&feed->scratch);
	return result;
}

static int resize_rows(struct feed *feed, size_t count)
{
	uint32_t *rows, *fresh;

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

/* Fill feed->rows. */
static int find_rows(struct feed *feed, const struct batch *batch, size_t rows)
{
	if (!feed->plan->keeps_cpus && !map_type_is_array(feed->plan->map->type)) {
		feed->row_count += rows;
		return keytab_get(feed->keys, batch->keys, batch->key_stride, rows, feed->rows);
	}
	for (size_t row = 0; row < rows; row++) {
		const struct feed_values values = row_values(feed, batch, row);

		feed->rows[row] = 0;
		if (never_written(feed, &values))
			continue;
		feed->rows[row] = row_key(feed, batch, row);
		if (!feed->rows[row])
			return -ENOMEM;
		feed->row_count++;
	}
	return 0;
}

/* Every row that is not left out gets its series, or KEYTAB_UNDECODABLE. */
static int find_series(struct feed *feed, const struct batch *batch, size_t rows)
{
	size_t fresh_count = 0;

	for (size_t row = 0; row < rows; row++) {
		if (!feed->rows[row])
			continue;
		if (feed->look_again || !is_known(feed, keytab_entry(feed->keys, feed->rows[row])))
			feed->fresh[fresh_count++] = (uint32_t)row;
	}
	return fresh_count ? learn_all(feed, batch, feed->fresh, fresh_count) : 0;
}

static void remember_row(struct feed *feed, const struct batch *batch, size_t row)
{
	struct keytab_entry *entry = keytab_entry(feed->keys, feed->rows[row]);
	const struct feed_values values = row_values(feed, batch, row);
	bool anew = entry->renamed && feed_has_less(feed, entry->renamed, &values);

	if (anew)
		feed_forget_names(feed, &entry->renamed);
	if (entry->series == KEYTAB_UNDECODABLE || !feed->memos.width)
		return;
	feed_read_words(feed, entry->renamed, &values);
	feed_remember(feed, entry, anew);
}

static void add_row(struct feed *feed, const struct batch *batch, size_t i)
{
	const struct keytab_entry *entry = keytab_entry(feed->keys, feed->rows[i]);
	const struct feed_row row = {entry->series, entry->place, entry->renamed};
	const struct feed_values values = row_values(feed, batch, i);

	if (row.renamed) {
		feed_add_renamed(feed, &row, &values);
		return;
	}
	if (row.series == KEYTAB_UNDECODABLE)
		return;
	for (uint32_t c = 0; c < values.count; c++)
		feed->kind->add(feed, row.series, row.place, values.first + c * values.stride);
}

static int add_rows(struct feed *feed, const struct batch *batch, size_t rows)
{
	int result = feed->kind->reserve ? feed->kind->reserve(feed) : 0;

	for (size_t row = 0; !result && row < rows; row++)
		if (feed->rows[row])
			remember_row(feed, batch, row);
	for (size_t row = 0; !result && row < rows; row++)
		if (feed->rows[row])
			add_row(feed, batch, row);
	return result;
}

/* The same, for many rows at once: none has an old name. */
static void add_numbers(struct feed *feed, const struct batch *batch, size_t rows)
{
	uint32_t per_key = rows_per_key(feed, batch);
	struct feed_many many;

	many.count = 0;
	many.cpu_stride = batch->cpu_stride;
	many.cpu_count = feed->plan->keeps_cpus ? 1 : batch->cpu_count;
	for (size_t row = 0; row < rows; row++) {
		struct keytab_entry *entry = keytab_entry(feed->keys, feed->rows[row]);

		if (!feed->rows[row] || entry->series == KEYTAB_UNDECODABLE)
			continue;
		/* Out of memory: should the row go, then its series begins anew. */
		if (!entry->memo && feed->memos.width)
			entry->memo = memo_new(&feed->memos);
		many.series[many.count] = entry->series;
		many.memos[many.count] = entry->memo;
		many.values[many.count++] = per_key == 1 ? batch->values + row * batch->value_stride
							 : feed_row_value(batch, row / per_key,
								   row % per_key);
		if (many.count == FEED_MANY)
			feed_add_many(feed, &many);
	}
	feed_add_many(feed, &many);
}

int feed_batch(struct feed *feed, const struct batch *batch)
{
	size_t rows = batch->count * rows_per_key(feed, batch);
	int result = resize_rows(feed, rows);

	if (!result)
		result = find_rows(feed, batch, rows);
	if (!result)
		result = find_series(feed, batch, rows);
	if (result)
		return result;
	if (!feed->kind->numbers || feed->renames)
		return add_rows(feed, batch, rows);
	add_numbers(feed, batch, rows);
	return 0;
}
