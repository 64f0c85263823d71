/* SPDX-License-Identifier: Apache-2.0 */
#include "model/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/huge.h"
#include "model/block.h"

enum {
	FIRST_CAPACITY = 8,
	FIRST_INDEX = 16
};

int series_table_init(struct metric *metric, const struct hash_seed *seed)
{
	struct metric_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	metric->state = state;
	state->seed = *seed;
	state->overflow = SERIES_NONE;
	state->index = calloc(FIRST_INDEX, sizeof(*state->index));
	if (!state->index)
		return -ENOMEM;
	state->index_mask = FIRST_INDEX - 1;
	return 0;
}

void series_table_fini(struct metric *metric)
{
	struct metric_state *state = metric->state;

	if (!state)
		return;
	for (uint32_t i = 0; i < metric->series_count; i++)
		block_free(metric, i);
	for (uint32_t i = 0; i < state->key_count; i++)
		free(state->keys[i]);
	free(state->keys);
	free(metric->series);
	free(metric->live);
	free(metric->starts);
	free(metric->numbers);
	free(state->series);
	free(state->sources);
	free(state->previous);
	free(state->used);
	free(state->touched);
	free(state->changed);
	free(state->delivered);
	free(state->index);
	free(state);
}

uint64_t attrs_hash(const struct hash_seed *seed, const struct attr *attrs, size_t attr_count)
{
	uint64_t hash = attr_count;

	for (size_t i = 0; i < attr_count; i++) {
		const struct attr *attr = &attrs[i];
		struct hash_seed chained = {seed->k0 ^ hash, seed->k1};

		hash = hash_bytes(&chained, attr->key, strlen(attr->key));
		chained.k0 = seed->k0 ^ hash;
		if (attr->type == ATTR_STRING)
			hash = hash_bytes(&chained, attr->string, attr->length);
		else if (attr->type == ATTR_INT)
			hash = hash_bytes(&chained, &attr->integer, sizeof(attr->integer));
		else
			hash = hash_bytes(&chained, &attr->boolean, sizeof(attr->boolean));
	}
	return hash;
}

uint32_t series_lookup(
	const struct metric *metric, const struct attr *attrs, size_t attr_count, uint64_t hash)
{
	const struct metric_state *state = metric->state;

	for (uint64_t i = hash;; i++) {
		uint32_t entry = state->index[i & state->index_mask];
		const struct series *series;

		if (!entry)
			return SERIES_NONE;
		series = &metric->series[entry - 1];
		if (state->series[entry - 1].hash == hash &&
			attrs_equal(series->attrs, series->attr_count, attrs, attr_count))
			return entry - 1;
	}
}

static void index_put(struct metric_state *state, uint64_t hash, uint32_t series)
{
	uint64_t i = hash;

	while (state->index[i & state->index_mask])
		i++;
	state->index[i & state->index_mask] = series + 1;
	state->index_used++;
}

static int index_grow(struct metric *metric)
{
	struct metric_state *state = metric->state;
	uint32_t size = (state->index_mask + 1) * 2;
	uint32_t *index;

	if (state->index_used * 2 < state->index_mask)
		return 0;
	index = calloc(size, sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(state->index);
	state->index = index;
	state->index_mask = size - 1;
	state->index_used = 0;
	for (uint32_t i = 0; i < metric->series_count; i++) {
		if (bit_get(state->used, i))
			index_put(state, state->series[i].hash, i);
	}
	return 0;
}

/* Open addressing without tombstones: move later entries of the run into the hole. */
static void index_remove(struct metric_state *state, uint32_t series)
{
	uint32_t mask = state->index_mask;
	uint32_t hole = (uint32_t)state->series[series].hash & mask;

	while (state->index[hole] != series + 1)
		hole = (hole + 1) & mask;
	state->index[hole] = 0;
	state->index_used--;
	for (uint32_t i = (hole + 1) & mask; state->index[i]; i = (i + 1) & mask) {
		uint32_t home = (uint32_t)state->series[state->index[i] - 1].hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			state->index[hole] = state->index[i];
			state->index[i] = 0;
			hole = i;
		}
	}
}

/* The array at *start, which has `had` elements, gets more; what is new is 0. */
static bool extend(void *start, uint32_t had, uint32_t capacity, size_t size)
{
	char *array, *larger;

	memcpy(&array, start, sizeof(array));
	larger = reallocarray(array, capacity, size);
	if (!larger)
		return false;
	huge_advise(larger, capacity * size);
	memset(larger + had * size, 0, (capacity - had) * size);
	memcpy(start, &larger, sizeof(larger));
	return true;
}

static bool extend_words(struct metric *metric, uint32_t had, uint32_t capacity)
{
	struct metric_state *state = metric->state;
	bool numbers = metric->desc.instrument != INSTRUMENT_HISTOGRAM &&
		       metric->desc.instrument != INSTRUMENT_EXPONENTIAL_HISTOGRAM;

	return extend(&metric->starts, had, capacity, sizeof(*metric->starts)) &&
	       extend(&state->previous, had, capacity, sizeof(*state->previous)) &&
	       (!numbers ||
		       (extend(&metric->numbers, had, capacity, sizeof(*metric->numbers)) &&
			       extend(&state->sources, had, capacity, sizeof(*state->sources))));
}

static bool extend_bits(struct metric *metric, uint32_t had, uint32_t capacity)
{
	struct metric_state *state = metric->state;
	uint64_t **bits[] = {
		&metric->live, &state->used, &state->touched, &state->changed, &state->delivered};

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (!extend(bits[i], (uint32_t)bits_words(had), (uint32_t)bits_words(capacity),
			    sizeof(**bits[i])))
			return false;
	}
	return true;
}

static int grow(struct metric *metric)
{
	struct metric_state *state = metric->state;
	uint32_t had = state->capacity, capacity = had ? had * 2 : FIRST_CAPACITY;

	/* What has become longer before memory ran out is as good as before. */
	if (!extend(&metric->series, had, capacity, sizeof(*metric->series)) ||
		!extend(&state->series, had, capacity, sizeof(*state->series)) ||
		!extend_words(metric, had, capacity) || !extend_bits(metric, had, capacity))
		return -ENOMEM;
	state->capacity = capacity;
	return 0;
}

static uint32_t free_number(struct metric *metric)
{
	struct metric_state *state = metric->state;
	uint32_t number = state->free_hint;

	while (number < metric->series_count && bit_get(state->used, number))
		number++;
	if (number == state->capacity && grow(metric))
		return SERIES_NONE;
	return number;
}

static void clear_values(struct metric *metric, uint32_t number)
{
	struct metric_state *state = metric->state;

	if (metric->numbers)
		metric->numbers[number] = state->sources[number] = 0;
	state->previous[number] = 0;
	bit_clear(metric->live, number);
	bit_clear(state->touched, number);
	bit_clear(state->changed, number);
	bit_clear(state->delivered, number);
}

/* The number is free and there is room for it. */
static bool insert_at(struct metric *metric, uint32_t number, const struct attr *attrs,
	size_t attr_count, uint64_t hash, uint64_t start)
{
	struct metric_state *state = metric->state;

	state->series[number] = (struct series_state){.hash = hash};
	if (!block_make(metric, number, attrs, attr_count))
		return false;
	if (number >= metric->series_count)
		metric->series_count = number + 1;
	metric->series[number].generation++;
	metric->changes++;
	metric->starts[number] = start;
	clear_values(metric, number);
	bit_set(state->used, number);
	index_put(state, hash, number);
	return true;
}

uint32_t series_insert(struct metric *metric, const struct attr *attrs, size_t attr_count,
	uint64_t hash, uint64_t start)
{
	uint32_t number;

	if (index_grow(metric))
		return SERIES_NONE;
	number = free_number(metric);
	if (number == SERIES_NONE || !insert_at(metric, number, attrs, attr_count, hash, start))
		return SERIES_NONE;
	metric->state->free_hint = number + 1;
	return number;
}

bool series_restore(struct metric *metric, uint32_t number, const struct attr *attrs,
	size_t attr_count, uint64_t start, bool is_overflow)
{
	struct metric_state *state = metric->state;
	uint64_t hash = attrs_hash(&state->seed, attrs, attr_count);

	if (number > metric->desc.max_series || index_grow(metric))
		return false;
	while (number >= state->capacity) {
		if (grow(metric))
			return false;
	}
	if (bit_get(state->used, number) ||
		series_lookup(metric, attrs, attr_count, hash) != SERIES_NONE ||
		!insert_at(metric, number, attrs, attr_count, hash, start))
		return false;
	if (is_overflow)
		state->overflow = number;
	else
		state->live_count++;
	return true;
}

void series_remove(struct metric *metric, uint32_t series)
{
	struct metric_state *state = metric->state;

	index_remove(state, series);
	block_free(metric, series);
	state->series[series] = (struct series_state){0};
	clear_values(metric, series);
	bit_clear(state->used, series);
	/* The generation goes up at once: whoever remembers the number sees that it is no longer
	 * his. */
	metric->series[series] = (struct series){
		.generation = metric->series[series].generation + 1};
	metric->changes++;
	if (series < state->free_hint)
		state->free_hint = series;
}

void series_end(struct metric *metric, uint32_t series)
{
	series_remove(metric, series);
	metric->state->live_count--;
}
