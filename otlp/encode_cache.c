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
	free(table->entries);
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
	if (metric->series_count > table->count) {
		larger = grow(table->entries, &table->count, metric->series_count,
			sizeof(*table->entries));
		if (!larger)
			return NULL;
		table->entries = larger;
	}
	if (metric->series_count / ENCODE_CHUNK > table->chunk_count) {
		larger = grow(table->chunks, &table->chunk_count,
			metric->series_count / ENCODE_CHUNK, sizeof(*table->chunks));
		if (!larger)
			return NULL;
		table->chunks = larger;
	}
	if (table->changes != metric->changes && table->chunks)
		memset(table->chunks, 0, table->chunk_count * sizeof(*table->chunks));
	table->changes = metric->changes;
	return table;
}

/* Move what is still used into a block with room for `more` bytes. */
static int squeeze(struct encode_table *table, size_t more)
{
	size_t used = 0, live = table->used - table->dead;
	size_t capacity = live + live / 4 + more;
	uint8_t *bytes = malloc(capacity);

	if (!bytes)
		return -ENOMEM;
	for (uint32_t i = 0; i < table->count; i++) {
		struct encode_entry *entry = &table->entries[i];

		if (!entry->offset)
			continue;
		if (entry->length)
			memcpy(bytes + used, encode_entry_bytes(table, entry), entry->length);
		entry->offset = used + 1;
		used += entry->length;
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

int encode_entry_fill(struct encode_table *table, uint32_t number)
{
	const struct metric *metric = table->metric;
	const struct series *series = &metric->series[number];
	struct encode_entry *entry = &table->entries[number];
	size_t size = attrs_encoded_size(series->attrs, series->attr_count);

	if (entry->offset)
		table->dead += entry->length;
	*entry = (struct encode_entry){0};
	/* One byte more, so that the block exists for a series without attributes. */
	if (size > UINT32_MAX || make_room(table, size + 1))
		return -ENOMEM;
	*entry = (struct encode_entry){
		.offset = table->used + 1,
		.length = (uint32_t)size,
		.generation = series->generation,
	};
	attrs_encode(table->bytes + table->used, attributes_tag(metric), series->attrs,
		series->attr_count);
	table->used += size;
	return 0;
}
