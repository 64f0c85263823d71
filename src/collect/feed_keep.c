/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a feed knows of its rows, for the process after this one. Without it a row would count anew
 * for whatever series its key means then: what was counted under another name, or in the overflow
 * series, would be told twice.
 */
#include <errno.h>

#include "collect/feed_private.h"

bool feed_has_series(const struct feed *feed, uint32_t series)
{
	return series < feed->metric->series_count && feed->metric->series[series].attrs;
}

/* Series that have ended are as good as none. */
static uint32_t present(const struct feed *feed, uint32_t series, uint32_t generation)
{
	if (series == KEYTAB_UNDECODABLE || series_generation(feed->metric, series) != generation)
		return KEYTAB_UNDECODABLE;
	return series;
}

static void write_names(const struct feed *feed, uint32_t renamed, struct buf *out)
{
	const struct rename_mark *first = renames_first(feed->renames, renamed), *mark;
	uint32_t count = 0;

	for (mark = first; mark; mark = mark->next)
		count++;
	put32(out, count);
	for (mark = first; mark; mark = mark->next) {
		put32(out, present(feed, mark->series, mark->generation));
		put32(out, mark->place);
		put32(out, mark->count);
		buf_put(out, mark->values, mark->count * feed->plan->value_size);
	}
}

/* In a series: struct feed_kind. */
static bool is_place(const struct feed *feed, uint32_t place)
{
	return feed->kind->place ? place <= feed->plan->bound_count + 1 : !place;
}

static int read_name(struct feed *feed, struct input *in, uint32_t *renamed)
{
	size_t size = feed->plan->value_size;
	struct rename_mark name = {.series = get32(in), .place = get32(in), .count = get32(in)};
	const void *values = name.count <= INT32_MAX / size ? take_bytes(in, name.count * size)
							    : NULL;

	if (!values || !is_place(feed, name.place) ||
		(name.series != KEYTAB_UNDECODABLE && !feed_has_series(feed, name.series)))
		return -EINVAL;
	if (name.series != KEYTAB_UNDECODABLE)
		name.generation = series_generation(feed->metric, name.series);
	*renamed = renames_add(feed->renames, *renamed, &name, values, size);
	return *renamed ? 0 : -ENOMEM;
}

static int read_names(struct feed *feed, struct input *in, uint32_t *renamed)
{
	uint32_t count = get32(in);
	int result = in->failed ? -EINVAL : 0;

	for (uint32_t i = 0; i < count && !result; i++)
		result = read_name(feed, in, renamed);
	return result;
}

static void write_slots(const struct feed *feed, struct buf *out)
{
	const struct feed_slots *slots = &feed->slots;
	size_t limit = slots->states ? feed_row_limit(feed) : 0;

	for (size_t i = 0; i < limit; i++) {
		bool renamed = feed->renames && feed->slots_renamed[i];

		/* What cannot be decoded may be another time, and counted nowhere. */
		if (!slots->states[i] || (slots->series[i] == KEYTAB_UNDECODABLE && !renamed))
			continue;
		put32(out, (uint32_t)i);
		put32(out, slots->states[i]);
		put32(out, slots->series[i]);
		if (feed->renames)
			write_names(feed, feed->slots_renamed[i], out);
	}
	put32(out, UINT32_MAX);
}

static int read_slot(struct feed *feed, struct input *in, uint32_t number)
{
	uint32_t state = get32(in), series = get32(in);
	int result = 0;

	if (in->failed || !state || feed->slots.states[number] ||
		(series != KEYTAB_UNDECODABLE && !feed_has_series(feed, series)))
		return -EINVAL;
	feed_set_slot(feed, number, state, series);
	if (series != KEYTAB_UNDECODABLE)
		result = feed_count_slot(feed, series);
	if (!result && feed->renames)
		result = read_names(feed, in, &feed->slots_renamed[number]);
	return result;
}

static int read_slots(struct feed *feed, struct input *in)
{
	int result = feed_take_rows(feed);

	while (!result) {
		uint32_t number = get32(in);

		if (number == UINT32_MAX)
			return 0;
		result = in->failed || number >= feed_row_limit(feed) ? -EINVAL
								      : read_slot(feed, in, number);
	}
	return result;
}

struct writing {
	const struct feed *feed;
	struct buf *out;
	size_t key_size;
};

static size_t key_size(const struct feed *feed)
{
	return feed->plan->key_size + (feed->plan->keeps_cpus ? sizeof(uint32_t) : 0);
}

/* A row whose series has ended is to be learnt. */
static uint32_t row_series(const struct feed *feed, const struct keytab_entry *entry)
{
	if (entry->series == KEYTAB_UNDECODABLE ||
		present(feed, entry->series, entry->generation) == entry->series)
		return entry->series;
	return KEYTAB_UNKNOWN;
}

static void write_row(void *context, const struct keytab_entry *entry)
{
	const struct writing *w = context;

	if (entry->series == KEYTAB_UNDECODABLE && !entry->renamed)
		return;
	put32(w->out, 1 + (entry->memo != 0));
	buf_put(w->out, entry + 1, w->key_size);
	put32(w->out, row_series(w->feed, entry));
	put32(w->out, entry->place);
	if (entry->memo)
		buf_put(w->out, memo_words(&w->feed->memos, entry->memo),
			w->feed->memos.width * sizeof(uint64_t));
	if (w->feed->renames)
		write_names(w->feed, entry->renamed, w->out);
}

static void write_rows(const struct feed *feed, struct buf *out)
{
	struct writing w = {feed, out, key_size(feed)};

	keytab_each(feed->keys, write_row, &w);
	put32(out, 0);
}

static int read_memo(struct feed *feed, struct input *in, struct keytab_entry *entry)
{
	entry->memo = memo_new(&feed->memos);
	if (!entry->memo)
		return -ENOMEM;
	get_bytes(in, memo_words(&feed->memos, entry->memo), feed->memos.width * sizeof(uint64_t));
	return 0;
}

static int read_row(struct feed *feed, struct input *in, bool has_memo)
{
	const void *key = take_bytes(in, key_size(feed));
	struct keytab_entry *entry;
	uint32_t number;
	int result = 0;

	if (!key || (has_memo && !feed->memos.width))
		return -EINVAL;
	if (keytab_get(feed->keys, key, 0, 1, &number))
		return -ENOMEM;
	entry = keytab_entry(feed->keys, number);
	if (entry->series != KEYTAB_UNKNOWN)
		return -EINVAL;
	entry->series = get32(in);
	entry->place = get32(in);
	/* Of none. */
	entry->generation = UINT32_MAX;
	if (feed_has_series(feed, entry->series))
		entry->generation = series_generation(feed->metric, entry->series);
	else if (entry->series < KEYTAB_UNDECODABLE)
		return -EINVAL;
	if (!is_place(feed, entry->place))
		return -EINVAL;
	if (has_memo)
		result = read_memo(feed, in, entry);
	if (!result && feed->renames)
		result = read_names(feed, in, &entry->renamed);
	return result;
}

static int read_rows(struct feed *feed, struct input *in)
{
	uint32_t kind;
	int result = 0;

	/* As if it had been a pass: what the next one does not meet has gone meanwhile. */
	keytab_begin(feed->keys);
	while (!result && (kind = get32(in)))
		result = kind > 2 ? -EINVAL : read_row(feed, in, kind == 2);
	keytab_end(feed->keys);
	return result;
}

void feed_write(const struct feed *feed, struct buf *out)
{
	if (feed->renames)
		put32(out, renames_pass(feed->renames));
	if (feed->keys)
		write_rows(feed, out);
	else
		write_slots(feed, out);
	feed_write_remains(feed, out);
}

int feed_read(struct feed *feed, struct input *in)
{
	int result;

	if (feed->renames)
		renames_set_pass(feed->renames, get32(in));
	result = feed->keys ? read_rows(feed, in) : read_slots(feed, in);
	if (!result)
		result = feed_read_remains(feed, in);
	return !result && in->failed ? -EINVAL : result;
}
