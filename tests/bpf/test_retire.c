/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots are taken back while programs on all CPUs, in interrupts and at each change of tasks, count
 * in them: what was taken, what is there and what found no place is what was counted, key by key.
 */
#include "test_retire.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "contention.h"
#include "read/grace.h"
#include "read/slots.h"
#include "read/table.h"

enum {
	EXIT_SKIP = 77,
	ROUNDS = 4,
	/* Of taking back, and of counting, in a round: at least. */
	CYCLES = 25,
	EVENTS = 1500000,
	BATCH = 64,
	OCTAVES = 65,
	SIZES_WORDS = 4 + (9 << 2) + OCTAVES, /* 4 to 1024 are octaves 2 to 10 */
	SIZES_SUM = 0,
	SIZES_ZEROS = 1,
	SIZES_FIRST = 4,
};

/* A map of slots and what was taken out of it: by key, and in all. */
struct counted {
	const char *name;
	uint32_t key_size, keys, words, shards;
	struct map_info info, index, free_slots, spread;
	struct table table;
	uint64_t retired[CROWDED_KEYS];
	uint64_t words_retired[SIZES_WORDS];
	uint64_t slots_retired;
};

static uint64_t events_per_round = EVENTS, cycles_per_round = CYCLES;
static int rounds = ROUNDS;

static struct counted maps[] = {
	{.name = "hot", .key_size = sizeof(struct wide), .keys = HOT_KEYS, .words = 1},
	{.name = "sharded", .key_size = 4, .keys = HOT_KEYS, .words = 1, .shards = 16},
	{.name = "crowded", .key_size = 4, .keys = CROWDED_KEYS, .words = 1},
	{.name = "sizes", .key_size = 4, .keys = CROWDED_KEYS, .words = SIZES_WORDS},
};
enum {
	HOT,
	SHARDED,
	CROWDED,
	SIZES,
	MAPS,
};

static struct bpf_object *object;
static const struct truth *truth;
static struct grace grace;
static unsigned int seed = 1;

static struct map_info find_map(const char *name, const char *suffix)
{
	char full[64];
	struct bpf_map *map;

	snprintf(full, sizeof(full), "%s%s", name, suffix);
	map = bpf_object__find_map_by_name(object, full);
	return (struct map_info){.name = name, .fd = map ? bpf_map__fd(map) : -1};
}

/* As bpf/otel_slots.bpf.h says it. */
static void describe(struct counted *map)
{
	struct bpf_map *array = bpf_object__find_map_by_name(object, map->name);
	uint32_t elements = bpf_map__max_entries(array);

	memset(map->retired, 0, sizeof(map->retired));
	memset(map->words_retired, 0, sizeof(map->words_retired));
	map->slots_retired = 0;
	map->index = find_map(map->name, "_index");
	map->free_slots = find_map(map->name, "_free");
	map->spread = find_map(map->name, "_shards");
	map->info = find_map(map->name, "");
	map->info.max_entries = elements - 1;
	map->info.value_size = map->words * 8;
	map->info.index = &map->index;
	map->info.free_slots = &map->free_slots;
	map->info.spread = map->shards ? &map->spread : NULL;
	map->info.table = (struct table_layout){
		.kind = TABLE_SLOTS,
		.elements = elements,
		.stride = bpf_map__value_size(array),
		.key_offset = 8,
		.value_offset = (8 + map->key_size + 7) / 8 * 8,
		.spread_shards = map->shards,
		.spread_stride = (elements - 1 + 16) / 16 * 16,
	};
}

static bool open_map(struct counted *map)
{
	describe(map);
	for (uint32_t slot = 1; slot < map->info.table.elements; slot++) {
		if (bpf_map_update_elem(map->free_slots.fd, NULL, &slot, BPF_ANY))
			return false;
	}
	return !table_open(&map->table, &map->info, NULL);
}

static uint32_t key_of(const struct counted *map, uint32_t slot)
{
	struct wide wide = {0};
	uint32_t key;

	memcpy(&wide, table_key(&map->table, slot), map->key_size);
	memcpy(&key, &wide, sizeof(key));
	if (map->key_size == sizeof(wide))
		assert_true(wide.again == ~key && wide.more == key * 3);
	assert_in_range(key, 0, map->keys - 1);
	return key;
}

static const uint64_t *value_of(const struct counted *map, uint32_t slot, uint64_t *sum)
{
	return (const uint64_t *)(const void *)table_value(&map->table, slot, sum);
}

static bool is_whole(const struct counted *map, uint32_t slot)
{
	uint32_t state = slot_state(table_element(&map->table, slot));

	return state && state == key_checksum(table_key(&map->table, slot), map->key_size);
}

/* Some of the keys leave. */
static size_t forget_some(const struct counted *map, uint32_t *slots)
{
	size_t count = 0;

	for (uint32_t slot = 1; slot < map->info.table.elements && count < BATCH; slot++) {
		if (rand_r(&seed) % 2 || !is_whole(map, slot))
			continue;
		slot_mark(&map->table, slot);
		assert_int_equal(
			slot_calls_kernel.forget(&map->info, table_key(&map->table, slot)), 0);
		slots[count++] = slot;
	}
	return count;
}

static void take(struct counted *map, uint32_t slot)
{
	uint64_t sum;
	const uint64_t *value = value_of(map, slot, &sum);

	map->retired[key_of(map, slot)] += value[0];
	for (uint32_t i = 0; i < map->words; i++)
		map->words_retired[i] += value[i];
	map->slots_retired++;
	slot_end(&map->table, slot);
	assert_int_equal(slot_calls_kernel.release(&map->info, slot), 0);
}

static void take_back(void)
{
	uint32_t slots[MAPS][BATCH];
	size_t counts[MAPS];

	/* Those of `hot`, which programs hold for longer, are the last to go and the first to be
	 * read. */
	for (int i = MAPS - 1; i >= HOT; i--)
		counts[i] = forget_some(&maps[i], slots[i]);
	assert_int_equal(grace_wait(&grace, NULL), 0);
	for (int i = 0; i < MAPS; i++) {
		for (size_t n = 0; n < counts[i]; n++)
			take(&maps[i], slots[i][n]);
	}
}

static void run(void)
{
	struct contention contention;
	struct bpf_link *tasks;

	tasks = bpf_program__attach(bpf_object__find_program_by_name(object, "contend_switch"));
	assert_non_null(tasks);
	contention_begin(&contention, object, UNTIL_STOPPED, 10000);
	for (uint64_t i = 0; i < cycles_per_round ||
			     __atomic_load_n(&truth->events, __ATOMIC_RELAXED) < events_per_round;
		i++)
		take_back();
	contention_stop(&contention);
	bpf_link__destroy(tasks);
	/* Nothing counts any more. */
	assert_int_equal(grace_wait(&grace, NULL), 0);
}

/* What is in the slots, with what was taken out of them; their keys are where the index says. */
static uint32_t add_slots(struct counted *map)
{
	uint32_t used = 0, found;
	uint64_t sum;

	for (uint32_t slot = 1; slot < map->info.table.elements; slot++) {
		const uint64_t *value = value_of(map, slot, &sum);

		if (!slot_state(table_element(&map->table, slot))) {
			for (uint32_t i = 0; i < map->words; i++)
				assert_int_equal(value[i], 0);
			continue;
		}
		assert_true(is_whole(map, slot));
		assert_int_equal(
			bpf_map_lookup_elem(map->index.fd, table_key(&map->table, slot), &found),
			0);
		assert_int_equal(found, slot);
		map->retired[key_of(map, slot)] += value[0];
		for (uint32_t i = 0; i < map->words; i++)
			map->words_retired[i] += value[i];
		used++;
	}
	return used;
}

/* Counts of each key: none has more than it was given, and what one lacks is in the overflow slot.
 */
static void check_keys(const struct counted *map, const __u64 *given)
{
	uint64_t sum, missing = 0, rest = value_of(map, 0, &sum)[0];

	for (uint32_t key = 0; key < map->keys; key++) {
		if (map->retired[key] > given[key])
			fail_msg("%s: key %u has %llu, but was given %llu", map->name, key,
				(unsigned long long)map->retired[key],
				(unsigned long long)given[key]);
		missing += given[key] - map->retired[key];
	}
	assert_int_equal(missing, rest);
}

static void check_sizes(const struct counted *map)
{
	const uint64_t *rest = value_of(map, 0, NULL);
	uint64_t count = map->words_retired[SIZES_ZEROS] + rest[SIZES_ZEROS];

	assert_int_equal(map->words_retired[SIZES_SUM] + rest[SIZES_SUM], truth->sum);
	for (uint32_t i = SIZES_FIRST; i < SIZES_WORDS; i++)
		count += map->words_retired[i] + rest[i];
	assert_int_equal(count, truth->events);
}

static void check_map(struct counted *map)
{
	struct table_rest rest;
	uint32_t slot, free_count = 0, used = add_slots(map);

	while (!bpf_map_lookup_and_delete_elem(map->free_slots.fd, NULL, &slot))
		free_count++;
	table_rest(&map->table, &rest);
	print_message("    %s: %llu slots taken back, %u in use, %llu events without a slot, for "
		      "%llu of them there was one\n",
		map->name, (unsigned long long)map->slots_retired, used,
		(unsigned long long)rest.events, (unsigned long long)rest.failed);
	/* An interrupt may lose a slot, not more. */
	assert_in_range(map->info.max_entries - used - free_count, 0, truth->interrupts / 1000);
	assert_in_range(map->slots_retired, CYCLES, UINT32_MAX);
	assert_in_range(rest.failed, 0, rest.events);
}

static int load(void)
{
	object = bpf_object__open(OBJECT_FILE);
	if (!object || bpf_object__load(object))
		return -1;
	for (int i = 0; i < MAPS; i++) {
		if (!open_map(&maps[i]))
			return -1;
	}
	truth = mmap(NULL, sizeof(*truth), PROT_READ, MAP_SHARED,
		bpf_map__fd(bpf_object__find_map_by_name(object, ".bss")), 0);
	return truth == MAP_FAILED ? -1 : 0;
}

static void unload(void)
{
	munmap((void *)truth, sizeof(*truth));
	for (int i = 0; i < MAPS; i++)
		table_close(&maps[i].table);
	bpf_object__close(object);
}

static void test_slots_are_taken_back_under_load(void **state)
{
	struct table_rest rest;

	(void)state;
	assert_int_equal(grace_open(&grace, NULL), 0);
	for (int round = 1; round <= rounds; round++) {
		assert_int_equal(load(), 0);
		run();
		print_message("round %d: %llu events, %llu of them in interrupts\n", round,
			(unsigned long long)truth->events, (unsigned long long)truth->interrupts);
		for (int i = 0; i < MAPS; i++)
			check_map(&maps[i]);
		check_keys(&maps[HOT], truth->hot);
		check_keys(&maps[SHARDED], truth->sharded);
		check_keys(&maps[CROWDED], truth->crowded);
		check_sizes(&maps[SIZES]);
		/* There is room: only what the kernel refused is without a slot. */
		table_rest(&maps[HOT].table, &rest);
		assert_int_equal(rest.events, rest.failed);
		table_rest(&maps[CROWDED].table, &rest);
		assert_in_range(rest.events, 1, UINT32_MAX);
		unload();
	}
	grace_close(&grace);
}

/* With a number: one of so many of the events, in two rounds, for a machine that is emulated. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_are_taken_back_under_load),
	};
	uint64_t part = 1;

	if (argc > 1 && (str_to_u64(argv[1], &part) || !part))
		return EXIT_FAILURE;
	rounds = part > 1 ? 2 : ROUNDS;
	events_per_round /= part;
	cycles_per_round = (CYCLES + part - 1) / part;
	if (geteuid()) {
		printf("SKIP: needs root\n");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
