/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "collect/feed_private.h"

/* The state is the buckets of one row. */
static int open_buckets(struct feed *feed)
{
	feed->state = calloc(feed->plan->bound_count + 1, sizeof(uint64_t));
	return feed->state ? 0 : -ENOMEM;
}

static void close_buckets(struct feed *feed)
{
	free(feed->state);
}

static void add(struct feed *feed, uint32_t series, uint32_t place, const unsigned char *value)
{
	const struct metric_plan *plan = feed->plan;
	struct histogram histogram = {
		.buckets = feed->state,
		.sum = field_integer(plan->sum, value),
	};

	(void)place;
	for (uint32_t i = 0; i <= plan->bound_count; i++) {
		struct field bucket = {
			.kind = FIELD_UINT,
			.offset = plan->buckets->offset + i * plan->buckets->element_size,
			.size = plan->buckets->element_size,
		};

		histogram.buckets[i] = field_integer(&bucket, value);
	}
	metric_add_histogram(feed->metric, series, &histogram);
}

const struct feed_kind feed_histograms = {
	.open = open_buckets,
	.close = close_buckets,
	.add = add,
};
