/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed_private.h"

static void add(struct feed *feed, uint32_t series, uint32_t place, const unsigned char *value)
{
	(void)place;
	metric_add(feed->metric, series, field_integer(feed->plan->value, value));
}

const struct feed_kind feed_numbers = {
	.add = add,
};
