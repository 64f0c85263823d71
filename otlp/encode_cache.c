/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/encode_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/huge.h"
#include "otlp/wire.h"

/* AnyValue; the value is a oneof, so that it is written even if it is 0, false or "". */
static size_t value_size(const struct attr *attr)
{
	switch (attr->type) {
	case ATTR_STRING:
		return wire_field_size(attr->length);
	case ATTR_INT:
		return 1 + wire_varint_size((uint64_t)attr->integer);
	case ATTR_BOOL:
		return 2;
	}
	return 0;
}

static uint8_t *value_put(uint8_t *to, const struct attr *attr)
{
	switch (attr->type) {
	case ATTR_STRING:
		return wire_put_field(to, WIRE_TAG(1, WIRE_BYTES), attr->string, attr->length);
	case ATTR_INT:
		*to++ = WIRE_TAG(3, WIRE_VARINT);
		return wire_put_varint(to, (uint64_t)attr->integer);
	case ATTR_BOOL:
		*to++ = WIRE_TAG(2, WIRE_VARINT);
		*to++ = attr->boolean;
		return to;
	}
	return to;
}

static size_t pair_size(const struct attr *attr)
{
	return wire_field_size(strlen(attr->key)) + wire_field_size(value_size(attr));
}

size_t attrs_encoded_size(const struct attr *attrs, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += wire_field_size(pair_size(&attrs[i]));
	return size;
}

uint8_t *attrs_encode(uint8_t *to, uint8_t tag, const struct attr *attrs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct attr *attr = &attrs[i];

		to = wire_put_header(to, tag, pair_size(attr));
		to = wire_put_field(to, WIRE_TAG(1, WIRE_BYTES), attr->key, strlen(attr->key));
		to = wire_put_header(to, WIRE_TAG(2, WIRE_BYTES), value_size(attr));
		to = value_put(to, attr);
	}
	return to;
}

static void table_clear(struct encode_table *table)
{
	free(table->places);
	free(table->generations);
	free(table->chunks);
	free(table->bytes);
	*table = (struct encode_table){0};
}

void encode_cache_fini(struct encode_cache *cache)
{
	for (uint32_t i = 0; i < cache->count; i++)
		table_clear(&cache->tables[i]);
	free(cache->tables);
	*cache = (struct encode_cache){0};
}

/* Grow a zeroed array to at least `wanted` elements; NULL when out of memory. */
static void *grow(void *array, uint32_t *count, uint32_t wanted, size_t size)
{
	uint64_t room = *count + *count / 2;
	char *larger;

	if (room < wanted)
		room = wanted;
	if (room > UINT32_MAX)
		room = UINT32_MAX;
	larger = reallocarray(array, room, size);
	if (!larger)
		return NULL;
	huge_advise(larger, room * size);
	memset(larger + *count * size, 0, (room - *count) * size);
	*count = (uint32_t)room;
	return larger;
}

/* Room for what each series has. 0 or -ENOMEM. */
static int grow_table(struct encode_table *table, const struct metric *metric)
{
	uint32_t chunks = metric->series_count / ENCODE_CHUNK;
	void *larger;

	if (metric->series_count > table->count) {
		larger = grow(
			table->places, &table->count, metric->series_count, sizeof(*table->places));
		if (!larger)
			return -ENOMEM;
		table->places = larger;
	}
	if (metric->series_count > table->generation_count) {
		larger = grow(table->generations, &table->generation_count, metric->series_count,
			sizeof(*table->generations));
		if (!larger)
			return -ENOMEM;
		table->generations = larger;
	}
	if (chunks > table->chunk_count) {
		larger = grow(table->chunks, &table->chunk_count, chunks, sizeof(*table->chunks));
		if (!larger)
			return -ENOMEM;
		table->chunks = larger;
	}
	return 0;
}

/* With the varint of their length, and what fills the last grain up. */
static size_t room_of(size_t length)
{
	size_t size = wire_varint_size(length) + length;

	return (size + ENCODE_GRAIN - 1) / ENCODE_GRAIN * ENCODE_GRAIN;
}

static void forget(struct encode_table *table, uint32_t series)
{
	uint32_t length;

	if (!table->places[series])
		return;
	encode_attrs(table, series, &length);
	table->dead += room_of(length);
	table->places[series] = 0;
}

/* Numbers went to other attributes. */
static void forget_old(struct encode_table *table, const struct metric *metric)
{
	for (uint32_t i = 0; i < metric->series_count; i++) {
		if (table->generations[i] != metric->series[i].generation)
			forget(table, i);
	}
	if (table->chunks)
		memset(table->chunks, 0, table->chunk_count * sizeof(*table->chunks));
	table->changes = metric->changes;
}

struct encode_table *encode_cache_table(struct encode_cache *cache, const struct metric *metric)
{
	struct encode_table *table;
	void *larger;

	if (metric->index >= cache->count) {
		larger = grow(
			cache->tables, &cache->count, metric->index + 1, sizeof(*cache->tables));
		if (!larger)
			return NULL;
		cache->tables = larger;
	}
	table = &cache->tables[metric->index];
	if (table->metric != metric)
		table_clear(table);
	table->metric = metric;
	if (grow_table(table, metric))
		return NULL;
	if (table->changes != metric->changes)
		forget_old(table, metric);
	return table;
}

/* Move what is still used into a block with room for `more` bytes. */
static int squeeze(struct encode_table *table, size_t more)
{
	size_t used = 0, live = table->used - table->dead;
	size_t capacity = live + live / 4 + more;
	uint8_t *bytes = malloc(capacity);
	uint32_t length;

	if (!bytes)
		return -ENOMEM;
	for (uint32_t i = 0; i < table->count; i++) {
		if (!table->places[i])
			continue;
		encode_attrs(table, i, &length);
		memcpy(bytes + used, table->bytes + (size_t)(table->places[i] - 1) * ENCODE_GRAIN,
			room_of(length));
		table->places[i] = (uint32_t)(used / ENCODE_GRAIN + 1);
		used += room_of(length);
	}
	free(table->bytes);
	huge_advise(bytes, capacity);
	table->bytes = bytes;
	table->capacity = capacity;
	table->used = used;
	table->dead = 0;
	return 0;
}

/* Room for `more` bytes behind the used ones. */
static int make_room(struct encode_table *table, size_t more)
{
	size_t capacity = table->capacity + table->capacity / 4 + more;
	uint8_t *bytes;

	if (more <= table->capacity - table->used)
		return 0;
	if (table->dead > table->used / 2)
		return squeeze(table, more);
	bytes = realloc(table->bytes, capacity);
	if (!bytes)
		return -ENOMEM;
	huge_advise(bytes, capacity);
	table->bytes = bytes;
	table->capacity = capacity;
	return 0;
}

/* The field `attributes` of the metric's points. */
static uint8_t attributes_tag(const struct metric *metric)
{
	switch (metric_form(metric)) {
	case INSTRUMENT_HISTOGRAM:
		return WIRE_TAG(9, WIRE_BYTES);
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		return WIRE_TAG(1, WIRE_BYTES);
	default:
		return WIRE_TAG(7, WIRE_BYTES);
	}
}

int encode_attrs_fill(struct encode_table *table, uint32_t number)
{
	const struct metric *metric = table->metric;
	const struct series *series = &metric->series[number];
	size_t size = attrs_encoded_size(series->attrs, series->attr_count);
	uint8_t *to;

	forget(table, number);
	if (size > UINT32_MAX || make_room(table, room_of(size) + ENCODE_SLACK) ||
		table->used / ENCODE_GRAIN >= UINT32_MAX)
		return -ENOMEM;
	to = table->bytes + table->used;
	memset(to, 0, room_of(size) + ENCODE_SLACK);
	to = wire_put_varint(to, size);
	attrs_encode(to, attributes_tag(metric), series->attrs, series->attr_count);
	table->places[number] = (uint32_t)(table->used / ENCODE_GRAIN + 1);
	table->generations[number] = series->generation;
	table->used += room_of(size);
	return 0;
}
