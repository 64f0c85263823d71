/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/feed_private.h"

/* The state is the words of one row. */
static int open_words(struct feed *feed)
{
	feed->state = calloc(feed->plan->bound_count + 2, sizeof(uint64_t));
	return feed->state ? 0 : -ENOMEM;
}

static void close_words(struct feed *feed)
{
	free(feed->state);
}

static struct field bucket_field(const struct metric_plan *plan, uint32_t i)
{
	return (struct field){
		.kind = FIELD_UINT,
		.offset = plan->buckets->offset + i * plan->buckets->element_size,
		.size = plan->buckets->element_size,
	};
}

/* Those in the map's values, which may be more than the metric's. */
static uint32_t map_buckets(const struct metric_plan *plan)
{
	return plan->merge ? plan->bucket_count : plan->bound_count + 1;
}

/* The words of a histogram: its buckets, then its sum. */
static void read_words(const struct feed *feed, const unsigned char *value, uint64_t *words)
{
	const struct metric_plan *plan = feed->plan;

	for (uint32_t i = 0; i < map_buckets(plan); i++) {
		struct field bucket = bucket_field(plan, i);

		words[plan->merge ? plan->merge[i] : i] += field_integer(&bucket, value);
	}
	/* No boundary is below 0. */
	if (plan->zero_count)
		words[0] += field_integer(plan->zero_count, value);
	words[plan->bound_count + 1] += field_integer(plan->sum, value);
}

static struct histogram to_histogram(const struct feed *feed, const uint64_t *words)
{
	return (struct histogram){
		.buckets = (uint64_t *)words,
		.sum = words[feed->plan->bound_count + 1],
	};
}

static void add(struct feed *feed, uint32_t series, uint32_t place, const unsigned char *value)
{
	uint64_t *words = feed->state;
	struct histogram histogram;

	(void)place;
	memset(words, 0, (feed->plan->bound_count + 2) * sizeof(*words));
	read_words(feed, value, words);
	histogram = to_histogram(feed, words);
	metric_add_histogram(feed->metric, series, &histogram);
}

static size_t width(const struct feed *feed)
{
	return feed->metric->temporality == TEMPORALITY_DELTA ? feed->plan->bound_count + 2 : 0;
}

static void retire(struct feed *feed, uint32_t series, uint32_t place, const uint64_t *words)
{
	struct histogram histogram = to_histogram(feed, words);

	(void)place;
	metric_retire_histogram(feed->metric, series, &histogram);
}

static bool subtract(const struct feed *feed, unsigned char *value, const unsigned char *before)
{
	const struct metric_plan *plan = feed->plan;
	bool good = feed_subtract(plan->sum, value, before) &&
		    (!plan->zero_count || feed_subtract(plan->zero_count, value, before));

	for (uint32_t i = 0; i < map_buckets(plan) && good; i++) {
		struct field bucket = bucket_field(plan, i);

		good = feed_subtract(&bucket, value, before);
	}
	return good;
}

const struct feed_kind feed_histograms = {
	.open = open_words,
	.close = close_words,
	.add = add,
	.width = width,
	.read = read_words,
	.retire = retire,
	.subtract = subtract,
};
