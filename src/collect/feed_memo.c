/* SPDX-License-Identifier: Apache-2.0 */
/* What a feed remembers of its rows, so that none takes anything from its series when it goes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/feed_private.h"

static bool is_delta(const struct feed *feed)
{
	return feed->metric->temporality == TEMPORALITY_DELTA;
}

/* A row is not in the map any more. */
static void on_forget(void *context, const struct keytab_entry *entry)
{
	struct feed *feed = context;

	struct keytab_entry gone = *entry;

	feed_forget_names(feed, &gone.renamed);
	if (!entry->memo)
		return;
	if (entry->series != KEYTAB_UNDECODABLE &&
		series_generation(feed->metric, entry->series) == entry->generation)
		feed->kind->retire(
			feed, entry->series, entry->place, memo_words(&feed->memos, entry->memo));
	memo_free(&feed->memos, entry->memo);
}

int feed_open_memos(struct feed *feed)
{
	if (feed->kind->width)
		feed->memos.width = feed->kind->width(feed);
	feed->now = calloc(feed->memos.width + 1, sizeof(*feed->now));
	if (!feed->now)
		return -ENOMEM;
	if (feed->keys && (feed->memos.width || feed->renames))
		keytab_on_forget(feed->keys, on_forget, feed);
	return 0;
}

void feed_remember(struct feed *feed, struct keytab_entry *entry, bool anew)
{
	uint64_t *words;

	/* Out of memory: should the row go, then its series begins anew. */
	if (!entry->memo)
		entry->memo = memo_new(&feed->memos);
	if (!entry->memo)
		return;
	words = memo_words(&feed->memos, entry->memo);
	for (size_t i = 0; i < feed->memos.width; i++)
		anew |= feed->now[i] < words[i];
	/* A cumulative series begins anew as a whole: it did lose its state. */
	if (anew && is_delta(feed))
		feed->kind->retire(feed, entry->series, entry->place, words);
	memcpy(words, feed->now, feed->memos.width * sizeof(*words));
}

static void remember_numbers(struct feed *feed, const struct feed_many *rows, const uint64_t *now)
{
	for (size_t i = 0; i < rows->count; i++) {
		uint64_t *had;

		if (!rows->memos[i])
			continue;
		had = memo_words(&feed->memos, rows->memos[i]);
		if (now[i] < *had && is_delta(feed))
			feed->kind->retire(feed, rows->series[i], 0, had);
		*had = now[i];
	}
}

static bool is_run(const struct feed_many *rows)
{
	uint32_t difference = 0;

	for (uint32_t i = 0; i < rows->count; i++)
		difference |= rows->series[i] ^ (rows->series[0] + i);
	return !difference && rows->count;
}

void feed_add_many(struct feed *feed, struct feed_many *rows)
{
	uint64_t numbers[FEED_MANY];

	feed->kind->numbers(feed, rows, numbers);
	if (feed->keys && feed->memos.width)
		remember_numbers(feed, rows, numbers);
	if (is_run(rows))
		metric_add_run(feed->metric, rows->series[0], numbers, (uint32_t)rows->count);
	else
		metric_add_all(feed->metric, rows->series, numbers, rows->count);
	rows->count = 0;
}
