/* SPDX-License-Identifier: Apache-2.0 */
/* Exponential histograms as bpf/otel_exponential.bpf.h has them in memory. */
#include <errno.h>
#include <stdlib.h>

#include "collect/feed_private.h"

enum {
	OCTAVES = 65 /* OTEL_OCTAVES */
};

/* The octave of what is above 1/2 and up to 1 in the exported unit has the index -1 at scale 0. */
static int32_t octave_of_one(uint64_t divisor)
{
	return 64 - __builtin_clzll(divisor);
}

static uint64_t copy_counts(uint64_t *to, const unsigned char *from, uint32_t count)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < count; i++) {
		to[i] = table_word(from + i * sizeof(uint64_t));
		total += to[i];
	}
	return total;
}

/* The state is the buckets of one slot. */
static int open_buckets(struct feed *feed)
{
	feed->state = calloc(feed->plan->bucket_count, sizeof(uint64_t));
	return feed->state ? 0 : -ENOMEM;
}

static void close_buckets(struct feed *feed)
{
	free(feed->state);
}

static void limit_scale(struct exponential *histogram, int32_t finest)
{
	if (histogram->scale > finest)
		exponential_downscale(histogram, (uint32_t)(histogram->scale - finest));
}

static void add(struct feed *feed, uint32_t series, uint32_t place, const unsigned char *value)
{
	const struct metric_plan *plan = feed->plan;
	const struct table_layout *table = &plan->map->table;
	int32_t one = octave_of_one(feed->metric->desc.divisor);
	uint32_t fine = plan->bucket_count - OCTAVES;
	struct exponential observed = {
		.scale = (int32_t)table->scale,
		.offset = ((int32_t)table->first_octave - one) * (1 << table->scale),
		.bucket_count = fine,
		.zero_count = field_integer(plan->zero_count, value),
		.sum = field_integer(plan->sum, value),
		.max = field_integer(plan->max, value),
		.min = ~field_integer(plan->inverse_min, value),
		.buckets = feed->state,
	};
	struct exponential outside = {
		.offset = -one,
		.bucket_count = OCTAVES,
		.min = observed.min,
		.max = observed.max,
		.buckets = observed.buckets + fine,
	};
	uint64_t inside = observed.zero_count;
	int32_t finest = EXPONENTIAL_SCALE_MAX;

	(void)place;
	if (plan->definition->scale_cut)
		finest = (int32_t)(EXPONENTIAL_SCALE_MAX - plan->definition->scale_cut);
	value += plan->buckets->offset;
	inside += copy_counts(observed.buckets, value, fine);
	copy_counts(outside.buckets, value + fine * sizeof(uint64_t), OCTAVES);
	/* The sum of a part that counted nothing would be left out. */
	if (!inside)
		outside.sum = observed.sum;
	limit_scale(&observed, finest);
	limit_scale(&outside, finest);
	metric_add_exponential(feed->metric, series, &observed);
	metric_add_exponential(feed->metric, series, &outside);
}

/* Smallest and largest stay those of all: the buckets bound them. */
static bool subtract(const struct feed *feed, unsigned char *value, const unsigned char *before)
{
	const struct metric_plan *plan = feed->plan;
	bool good = feed_subtract(plan->sum, value, before) &&
		    feed_subtract(plan->zero_count, value, before);

	for (uint32_t i = 0; i < plan->bucket_count && good; i++) {
		struct field bucket = {
			.kind = FIELD_UINT,
			.offset = plan->buckets->offset + i * (uint32_t)sizeof(uint64_t),
			.size = sizeof(uint64_t),
		};

		good = feed_subtract(&bucket, value, before);
	}
	return good;
}

const struct feed_kind feed_exponentials = {
	.open = open_buckets,
	.close = close_buckets,
	.add = add,
	.subtract = subtract,
};
