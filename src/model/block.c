/* SPDX-License-Identifier: Apache-2.0 */
#include "model/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* Of one series: the point, and with delta temporality the source twice. */
static size_t exponential_count(const struct metric *metric)
{
	return metric->temporality == TEMPORALITY_DELTA ? 3 : 1;
}

/* Bytes of what stands between the attributes and their strings. */
static size_t buckets_size(const struct metric *metric)
{
	size_t buckets = ((size_t)metric->desc.bound_count + 1) * sizeof(uint64_t);

	if (metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		return exponential_count(metric) *
		       (sizeof(struct exponential) + metric->desc.max_size * sizeof(uint64_t));
	if (metric->desc.instrument != INSTRUMENT_HISTOGRAM)
		return 0;
	if (metric->temporality == TEMPORALITY_DELTA)
		return 3 * buckets + 2 * sizeof(struct histogram);
	return buckets;
}

static void place_exponentials(const struct metric *metric, struct series *series,
	struct series_state *state, struct exponential *first)
{
	size_t count = exponential_count(metric);
	uint64_t *buckets = (uint64_t *)(void *)(first + count);

	for (size_t i = 0; i < count; i++) {
		first[i].buckets = buckets + i * metric->desc.max_size;
		exponential_clear(&first[i]);
	}
	series->exponential = first;
	if (count > 1)
		state->exponential = first + 1;
}

static void place_buckets(const struct metric *metric, struct series *series,
	struct series_state *state, void *memory)
{
	uint32_t count = metric->desc.bound_count + 1;
	struct histogram *source = memory;

	if (metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		place_exponentials(metric, series, state, memory);
	if (metric->desc.instrument != INSTRUMENT_HISTOGRAM)
		return;
	if (metric->temporality == TEMPORALITY_DELTA) {
		memory = source + 2;
		source[0].buckets = (uint64_t *)memory + count;
		source[1].buckets = (uint64_t *)memory + 2 * (size_t)count;
		state->histogram = source;
	}
	series->histogram.buckets = memory;
}

/* The key where all series of the metric have it; NULL: there is no room for one more. */
static const char *shared_key(struct metric_state *state, const char *key)
{
	char **keys;

	for (uint32_t i = 0; i < state->key_count; i++) {
		if (!strcmp(state->keys[i], key))
			return state->keys[i];
	}
	if (state->key_count == LIMIT_ATTRIBUTES_PER_SERIES)
		return NULL;
	keys = realloc(state->keys, (state->key_count + 1) * sizeof(*keys));
	if (!keys)
		return NULL;
	state->keys = keys;
	keys[state->key_count] = strdup(key);
	return keys[state->key_count] ? keys[state->key_count++] : NULL;
}

/* Of the strings that go into the block. */
static size_t strings_size(const struct attr *attrs, size_t attr_count, const char *const *shared)
{
	size_t size = 0;

	for (size_t i = 0; i < attr_count; i++) {
		if (!shared[i])
			size += strlen(attrs[i].key) + 1;
		if (attrs[i].type == ATTR_STRING)
			size += attrs[i].length + 1;
	}
	return size;
}

static void copy_attributes(struct attr *copies, const struct attr *attrs, size_t attr_count,
	const char *const *shared, char *text)
{
	for (size_t i = 0; i < attr_count; i++) {
		copies[i] = attrs[i];
		copies[i].key = shared[i] ? shared[i] : text;
		if (!shared[i])
			text = stpcpy(text, attrs[i].key) + 1;
		if (attrs[i].type != ATTR_STRING)
			continue;
		copies[i].string = text;
		memcpy(text, attrs[i].string, attrs[i].length);
		text += attrs[i].length + 1;
	}
}

bool block_make(struct metric *metric, uint32_t number, const struct attr *attrs, size_t attr_count)
{
	const char *shared[LIMIT_ATTRIBUTES_PER_SERIES + 1];
	struct series *series = &metric->series[number];
	size_t head = attr_count * sizeof(*attrs), middle = buckets_size(metric);
	struct attr *copies;

	for (size_t i = 0; i < attr_count; i++)
		shared[i] = shared_key(metric->state, attrs[i].key);
	copies = calloc(1, head + middle + strings_size(attrs, attr_count, shared) + 1);
	if (!copies)
		return false;
	copy_attributes(copies, attrs, attr_count, shared, (char *)copies + head + middle);
	series->attrs = copies;
	series->attr_count = (uint32_t)attr_count;
	series->histogram = (struct histogram){0};
	place_buckets(metric, series, &metric->state->series[number], (char *)copies + head);
	return true;
}

void block_free(struct metric *metric, uint32_t number)
{
	free((struct attr *)metric->series[number].attrs);
	metric->series[number].attrs = NULL;
}
