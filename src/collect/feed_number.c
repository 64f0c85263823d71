/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed_private.h"

static void add(struct feed *feed, uint32_t series, uint32_t place, const unsigned char *value)
{
	(void)place;
	metric_add(feed->metric, series, field_integer(feed->plan->value, value));
}

static size_t width(const struct feed *feed)
{
	return feed->plan->instrument == INSTRUMENT_COUNTER;
}

static void read_words(const struct feed *feed, const unsigned char *value, uint64_t *words)
{
	words[0] += field_integer(feed->plan->value, value);
}

static void retire(struct feed *feed, uint32_t series, uint32_t place, const uint64_t *words)
{
	(void)place;
	metric_retire(feed->metric, series, words[0]);
}

static bool subtract(const struct feed *feed, unsigned char *value, const unsigned char *before)
{
	return feed_subtract(feed->plan->value, value, before);
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
	.width = width,
	.read = read_words,
	.retire = retire,
	.subtract = subtract,
	.add_many = add_many,
};
