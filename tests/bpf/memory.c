/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <bpf/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "read/table.h"

static struct bpf_map *find_map(struct bpf_object *object, const char *name, const char *suffix)
{
	char full[64];
	struct bpf_map *map;

	snprintf(full, sizeof(full), "%s%s", name, suffix);
	map = bpf_object__find_map_by_name(object, full);
	assert_non_null(map);
	return map;
}

static int map_fd(struct bpf_object *object, const char *name, const char *suffix)
{
	return bpf_map__fd(find_map(object, name, suffix));
}

static struct memory open_memory(struct bpf_object *object, const char *name)
{
	struct bpf_map *map = find_map(object, name, "");
	struct memory memory = {
		.stride = (bpf_map__value_size(map) + 7) & ~(size_t)7,
		.elements = bpf_map__max_entries(map),
	};

	memory.bytes = mmap(
		NULL, memory.stride * memory.elements, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	assert_true(memory.bytes != MAP_FAILED);
	return memory;
}

struct memory open_slots(struct bpf_object *object, const char *name)
{
	struct memory slots = open_memory(object, name);

	slots.key_size = bpf_map__key_size(find_map(object, name, "_index"));
	slots.value_offset = (8 + slots.key_size + 7) & ~(size_t)7;
	return slots;
}

void close_memory(const struct memory *memory)
{
	munmap((void *)memory->bytes, memory->stride * memory->elements);
}

static uint32_t slot_state_of(const struct memory *slots, uint32_t slot)
{
	uint32_t state;

	memcpy(&state, slots->bytes + slot * slots->stride, sizeof(state));
	return state;
}

const void *slot_key(const struct memory *slots, uint32_t slot)
{
	return slots->bytes + slot * slots->stride + 8;
}

const uint64_t *slot_value(const struct memory *slots, uint32_t slot)
{
	return (const uint64_t *)(const void *)(slots->bytes + slot * slots->stride +
						slots->value_offset);
}

uint64_t shard_sum(struct bpf_object *object, const char *map, int index)
{
	struct memory shards = open_memory(object, map);
	uint64_t value, sum = 0;

	for (uint32_t cpu = 0; cpu < shards.elements; cpu++) {
		memcpy(&value, shards.bytes + cpu * shards.stride + 8 + (size_t)(index + 1) * 8, 8);
		sum += value;
	}
	close_memory(&shards);
	return sum;
}

unsigned int total(
	struct bpf_object *object, const char *map, uint64_t *sum, uint64_t *overflow, size_t words)
{
	struct memory slots = open_slots(object, map);
	int index = map_fd(object, map, "_index");
	unsigned int used = 0;

	memset(sum, 0, words * sizeof(*sum));
	memcpy(overflow, slot_value(&slots, 0), words * sizeof(*overflow));
	for (uint32_t slot = 1; slot < slots.elements; slot++) {
		uint32_t found;

		if (!slot_state_of(&slots, slot)) {
			for (size_t i = 0; i < words; i++)
				assert_int_equal(slot_value(&slots, slot)[i], 0);
			continue;
		}
		assert_int_equal(slot_state_of(&slots, slot),
			key_checksum(slot_key(&slots, slot), slots.key_size));
		assert_int_equal(bpf_map_lookup_elem(index, slot_key(&slots, slot), &found), 0);
		assert_int_equal(found, slot);
		for (size_t i = 0; i < words; i++)
			sum[i] += slot_value(&slots, slot)[i];
		used++;
	}
	close_memory(&slots);
	return used;
}

unsigned int free_slots(struct bpf_object *object, const char *map)
{
	unsigned int count = 0;
	uint32_t slot;

	while (!bpf_map_lookup_and_delete_elem(map_fd(object, map, "_free"), NULL, &slot))
		count++;
	return count;
}
