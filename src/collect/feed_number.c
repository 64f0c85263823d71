/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed_private.h"

static void add(struct feed *feed, uint32_t series, uint32_t place, const unsigned char *value)
{
	(void)place;
	metric_add(feed->metric, series, field_integer(feed->plan->value, value));
}

static void add_many(
	struct feed *feed, const uint32_t *series, const unsigned char *const *values, size_t count)
{
	const struct field *field = feed->plan->value;
	uint64_t numbers[FEED_MANY];

	for (size_t i = 0; i < count; i++)
		numbers[i] = field->size == sizeof(uint64_t) ? table_word(values[i] + field->offset)
							     : field_integer(field, values[i]);
	metric_add_all(feed->metric, series, numbers, count);
}

const struct feed_kind feed_numbers = {
	.add = add,
	.add_many = add_many,
};
