/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are one bucket each: gathered during the pass, handed over as histograms at its end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "collect/feed_private.h"

struct gathered {
	/* For each series: the buckets, then the sum, then whether there was a row. */
	uint64_t *parts;
	uint32_t series_count, capacity; /* series that have parts, and that have room */
};

enum {
	BEHIND_BUCKETS = 2, /* sum, and whether there was a row */
};

static size_t part_count(const struct feed *feed)
{
	return (size_t)feed->plan->bound_count + 1 + BEHIND_BUCKETS;
}

static uint32_t sum_place(const struct feed *feed)
{
	return feed->plan->bound_count + 1;
}

static int open_gathered(struct feed *feed)
{
	feed->state = calloc(1, sizeof(struct gathered));
	return feed->state ? 0 : -ENOMEM;
}

static void close_gathered(struct feed *feed)
{
	struct gathered *gathered = feed->state;

	if (gathered)
		free(gathered->parts);
	free(gathered);
}

/* The first bucket whose number is not below: what is above all goes where there is no bound. */
static uint32_t find_bucket(const struct bucket_rows *rows, uint64_t number)
{
	size_t low = 0, high = rows->number_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows->numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < rows->bound_count ? (uint32_t)low : rows->bound_count;
}

static int place(struct feed *feed, const unsigned char *key, uint32_t *result, struct err *err)
{
	const struct bucket_rows *rows = feed->plan->definition->rows;
	uint64_t number = 0;
	int code = attribute_number(&feed->plan->row_number, key, &number, &feed->scratch, err);

	if (code)
		return code;
	if (number == rows->sum_number) {
		*result = sum_place(feed);
		return 0;
	}
	*result = find_bucket(rows, number);
	if (feed->plan->merge)
		*result = feed->plan->merge[*result];
	return 0;
}

static int reserve(struct feed *feed)
{
	struct gathered *gathered = feed->state;
	uint32_t count = feed->metric->series_count;
	size_t size = part_count(feed) * sizeof(*gathered->parts);
	uint64_t *parts;

	if (count > gathered->capacity) {
		parts = realloc(gathered->parts, 2 * count * size);
		if (!parts)
			return -ENOMEM;
		gathered->parts = parts;
		gathered->capacity = 2 * count;
	}
	if (count > gathered->series_count) {
		memset((char *)gathered->parts + gathered->series_count * size, 0,
			(count - gathered->series_count) * size);
		gathered->series_count = count;
	}
	return 0;
}

static void add(struct feed *feed, uint32_t series, uint32_t where, const unsigned char *value)
{
	struct gathered *gathered = feed->state;
	uint64_t *parts = gathered->parts + series * part_count(feed);

	parts[where] += field_integer(feed->plan->value, value);
	parts[sum_place(feed) + 1] = 1;
}

static void begin(struct feed *feed)
{
	struct gathered *gathered = feed->state;

	gathered->series_count = 0;
}

static void end(struct feed *feed)
{
	struct gathered *gathered = feed->state;

	for (uint32_t i = 0; i < gathered->series_count; i++) {
		uint64_t *parts = gathered->parts + i * part_count(feed);
		struct histogram histogram = {.buckets = parts, .sum = parts[sum_place(feed)]};

		if (parts[sum_place(feed) + 1])
			metric_add_histogram(feed->metric, i, &histogram);
	}
}

static size_t width(const struct feed *feed)
{
	return feed->metric->temporality == TEMPORALITY_DELTA;
}

static void read_words(const struct feed *feed, const unsigned char *value, uint64_t *words)
{
	words[0] += field_integer(feed->plan->value, value);
}

static void retire(struct feed *feed, uint32_t series, uint32_t where, const uint64_t *words)
{
	uint64_t buckets[LIMIT_BOUNDS + 1] = {0};
	struct histogram histogram = {.buckets = buckets};

	if (where == sum_place(feed))
		histogram.sum = words[0];
	else
		buckets[where] = words[0];
	metric_retire_histogram(feed->metric, series, &histogram);
}

static bool subtract(const struct feed *feed, unsigned char *value, const unsigned char *before)
{
	return feed_subtract(feed->plan->value, value, before);
}

const struct feed_kind feed_buckets = {
	.open = open_gathered,
	.close = close_gathered,
	.place = place,
	.reserve = reserve,
	.add = add,
	.width = width,
	.read = read_words,
	.retire = retire,
	.subtract = subtract,
	.begin = begin,
	.end = end,
};
