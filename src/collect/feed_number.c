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

static uint64_t word_at(const unsigned char *at)
{
	uint64_t word;

	if ((uintptr_t)at % sizeof(word) == 0)
		return table_word(at);
	memcpy(&word, at, sizeof(word));
	return word;
}

static void read_numbers(const struct feed *feed, const struct feed_many *rows, uint64_t *numbers)
{
	const struct field *field = feed->plan->value;
	bool is_word = field->size == sizeof(uint64_t) && !field->bits;

	for (size_t i = 0; i < rows->count; i++) {
		const unsigned char *value = rows->values[i];

		numbers[i] = 0;
		for (uint32_t cpu = 0; cpu < rows->cpu_count; cpu++, value += rows->cpu_stride)
			numbers[i] += is_word ? word_at(value + field->offset)
					      : field_integer(field, value);
	}
}

const struct feed_kind feed_numbers = {
	.add = add,
	.width = width,
	.read = read_words,
	.retire = retire,
	.subtract = subtract,
	.numbers = read_numbers,
};
