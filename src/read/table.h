/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a map of bpf/otel_slots.bpf.h, mapped once and then read without any system call.
 * It changes at any time: read each word once, and copy before looking twice.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "read/map.h"

#include <stddef.h>
#include <stdint.h>

struct table {
	const struct map_info *info;
	unsigned char *memory; /* of slots, and only of these, it can be written */
	size_t size;
	const uint64_t *spread; /* values in shards, or NULL */
	size_t spread_size;
};

/* `info` must be a table that is loaded, and outlive this. -EINVAL, or what mmap() says. */
int table_open(struct table *table, const struct map_info *info, struct err *err) MUST_CHECK;
void table_close(struct table *table); /* accepts a zeroed one */

/* Slot 1 to max_entries, or shard 0 to elements - 1. */
static inline unsigned char *table_element(const struct table *table, uint32_t number)
{
	return table->memory + (size_t)number * table->info->table.stride;
}

/* 0 if the slot is free, otherwise the checksum of its key. */
static inline uint32_t slot_state(const unsigned char *slot)
{
	return __atomic_load_n((const uint32_t *)(const void *)slot, __ATOMIC_ACQUIRE);
}

/*
 * Marks, which are all that is written here. A program that begins when a slot has one does not use
 * it by a hint. Ended: it has no state either, from now on, and must become zero next; no program
 * may hold the number any more.
 */
static inline void slot_set_mark(const struct table *table, uint32_t number, uint32_t mark)
{
	unsigned char *slot = table_element(table, number);

	__atomic_store_n((uint32_t *)(void *)(slot + sizeof(uint32_t)), mark, __ATOMIC_RELEASE);
}

static inline void slot_mark(const struct table *table, uint32_t number)
{
	slot_set_mark(table, number, 1);
}

static inline void slot_unmark(const struct table *table, uint32_t number)
{
	slot_set_mark(table, number, 0);
}

static inline void slot_end(const struct table *table, uint32_t number)
{
	uint64_t *word = (uint64_t *)(void *)table_element(table, number);

	__atomic_store_n(word, UINT64_C(1) << 32, __ATOMIC_RELEASE);
}

/* A value of 8 bytes in host byte order, at a multiple of 8. */
static inline uint64_t table_word(const unsigned char *at)
{
	return __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_RELAXED);
}

/* Of a table with values in shards. */
static inline uint64_t spread_sum(const struct table *table, uint32_t number)
{
	const struct table_layout *layout = &table->info->table;
	uint64_t sum = table_word(table_element(table, number) + layout->value_offset);

	for (uint32_t i = 0; i < layout->spread_shards; i++)
		sum += table_word((const unsigned char *)&table
					  ->spread[(size_t)i * layout->spread_stride + number]);
	return sum;
}

/* The value of a slot: in the table, or added up at `sum`. */
static inline const unsigned char *table_value(
	const struct table *table, uint32_t number, uint64_t *sum)
{
	if (!table->spread)
		return table_element(table, number) + table->info->table.value_offset;
	*sum = spread_sum(table, number);
	return (const unsigned char *)sum;
}

static inline const unsigned char *table_key(const struct table *table, uint32_t number)
{
	return table_element(table, number) + table->info->table.key_offset;
}

/* What found no slot, since the programs were loaded. */
struct table_rest {
	uint64_t events; /* were counted in slot 0 */
	uint64_t failed; /* of these: a slot was free, but the index did not take the key */
};
void table_rest(const struct table *table, struct table_rest *rest);

/* What the state of a slot with this key is: otel_checksum() in bpf/otel_slots.bpf.h. */
uint32_t key_checksum(const void *key, size_t size);
