/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the hints of a counter say: each event counts for its own key. */
#include "test_hints.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "read/slots.h"
#include "read/table.h"

enum {
	EXIT_SKIP = 77,
	VALUE_OFFSET = 16,
};

struct set {
	uint64_t hints[SET_HINTS];
};

static struct bpf_object *object;
static struct map_info info, index_map, free_map;
static struct table table;
static struct set *sets;
static uint32_t *next_key;

static struct map_info find_map(const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	assert_non_null(map);
	return (struct map_info){.name = name, .fd = bpf_map__fd(map)};
}

static void *map_memory(const char *name)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, find_map(name).fd, 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

static int load(void **state)
{
	(void)state;
	object = bpf_object__open(OBJECT_FILE);
	if (!object || bpf_object__load(object))
		return -1;
	info = find_map("hinted");
	index_map = find_map("hinted_index");
	free_map = find_map("hinted_free");
	info.index = &index_map;
	info.free_slots = &free_map;
	info.max_entries = HINTED_SLOTS;
	info.key_size = sizeof(struct hinted_key);
	info.table = (struct table_layout){
		.kind = TABLE_SLOTS,
		.elements = HINTED_SLOTS + 1,
		.stride = VALUE_OFFSET + 8,
		.key_offset = 8,
		.value_offset = VALUE_OFFSET,
	};
	for (uint32_t slot = 1; slot <= HINTED_SLOTS; slot++) {
		if (bpf_map_update_elem(free_map.fd, NULL, &slot, BPF_ANY))
			return -1;
	}
	sets = map_memory("hinted_hints");
	next_key = map_memory(".bss");
	return table_open(&table, &info, NULL);
}

static int unload(void **state)
{
	(void)state;
	munmap(sets, 4096);
	munmap(next_key, 4096);
	table_close(&table);
	bpf_object__close(object);
	return 0;
}

static void count(uint32_t number, int times)
{
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		.repeat = times);

	*next_key = number;
	assert_int_equal(bpf_prog_test_run_opts(
				 bpf_program__fd(bpf_object__find_program_by_name(object, "count")),
				 &options),
		0);
}

static uint64_t value_of(uint32_t slot)
{
	return table_word(table_element(&table, slot) + VALUE_OFFSET);
}

/* 0: the key has none. */
static uint32_t slot_of(uint32_t number)
{
	struct hinted_key key = {.number = number};
	uint32_t slot = 0;

	return bpf_map_lookup_elem(index_map.fd, &key, &slot) ? 0 : slot;
}

static uint32_t checksum_of(uint32_t number)
{
	struct hinted_key key = {.number = number};

	return key_checksum(&key, sizeof(key));
}

static struct set *set_of(uint32_t number)
{
	return &sets[(uint64_t)checksum_of(number) * HINTED_SETS >> 32];
}

static int hints_of(uint32_t number)
{
	int found = 0;

	for (int i = 0; i < SET_HINTS; i++) {
		uint64_t hint = set_of(number)->hints[i];

		found += (uint32_t)hint == checksum_of(number) && hint >> 32 == slot_of(number);
	}
	return found;
}

static void test_a_hint_is_what_the_index_said(void **state)
{
	(void)state;
	count(10, 1);
	assert_int_equal(slot_state(table_element(&table, slot_of(10))), checksum_of(10));
	assert_int_equal(hints_of(10), 0);
	count(10, 1);
	assert_int_equal(hints_of(10), 1);
	count(10, 98);
	assert_int_equal(hints_of(10), 1);
	assert_int_equal(value_of(slot_of(10)), 100);
}

/* What the index would say is wrong on purpose: so it was not asked. */
static void test_a_hint_is_taken(void **state)
{
	struct hinted_key key = {.number = 10};

	(void)state;
	count(10, 2);
	assert_int_equal(bpf_map_delete_elem(index_map.fd, &key), 0);
	count(10, 5);
	assert_int_equal(slot_of(10), 0);
	assert_int_equal(value_of(1), 7);
}

static void test_a_marked_slot_is_left(void **state)
{
	const struct hinted_key key = {.number = 10};
	uint32_t old, next;

	(void)state;
	count(10, 5);
	old = slot_of(10);
	slot_mark(&table, old);
	count(10, 1); /* by the index */
	assert_int_equal(value_of(old), 6);
	assert_int_equal(slot_calls_kernel.forget(&info, &key), 0);
	count(10, 3);
	next = slot_of(10);
	assert_true(next && next != old);
	assert_int_equal(value_of(old), 6);
	assert_int_equal(value_of(next), 3);
	slot_end(&table, old);
	count(10, 4);
	assert_int_equal(slot_calls_kernel.release(&info, old), 0);
	assert_int_equal(value_of(next), 7);
	assert_int_equal(hints_of(10), 1);
	slot_unmark(&table, old);
	/* All others come before it. */
	for (uint32_t number = 11; number < 11 + HINTED_SLOTS - 1; number++)
		count(number, 2);
	assert_int_equal(slot_of(11 + HINTED_SLOTS - 2), old);
	assert_int_equal(value_of(old), 2);
}

static void test_hints_that_are_wrong(void **state)
{
	const uint32_t checksum = checksum_of(10);
	uint32_t other;

	(void)state;
	count(10, 2);
	count(11, 2);
	other = slot_of(11);
	for (uint32_t number = 0; number < HINTED_SLOTS + 3; number++) {
		if (number == slot_of(10))
			continue;
		for (int i = 0; i < SET_HINTS; i++)
			set_of(10)->hints[i] = (uint64_t)number << 32 | checksum;
		count(10, 1);
	}
	memset(sets, 0xff, HINTED_SETS * sizeof(*sets));
	count(10, 1);
	/* One that looks right, but has the key of another. */
	memcpy(table_element(&table, other), &checksum, sizeof(checksum));
	for (int i = 0; i < SET_HINTS; i++)
		set_of(10)->hints[i] = (uint64_t)other << 32 | checksum;
	count(10, 1);
	assert_int_equal(value_of(slot_of(10)), 2 + HINTED_SLOTS + 2 + 2);
	assert_int_equal(value_of(other), 2);
	assert_int_equal(value_of(0), 0);
}

/* More keys than a set has hints: those that are there stay, and stale ones give way. */
static void test_a_set_that_is_full(void **state)
{
	uint32_t numbers[SET_HINTS + 1], found = 0;

	(void)state;
	for (uint32_t number = 0; found <= SET_HINTS; number++) {
		if (set_of(number) == sets)
			numbers[found++] = number;
	}
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i <= SET_HINTS; i++)
			count(numbers[i], 2);
	}
	for (uint32_t i = 0; i <= SET_HINTS; i++) {
		assert_int_equal(hints_of(numbers[i]), i < SET_HINTS);
		assert_int_equal(value_of(slot_of(numbers[i])), 6);
	}
	for (uint32_t i = 0; i < SET_HINTS; i++)
		slot_mark(&table, slot_of(numbers[i]));
	count(numbers[SET_HINTS], 1);
	assert_int_equal(hints_of(numbers[SET_HINTS]), 1);
	assert_int_equal(value_of(slot_of(numbers[SET_HINTS])), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_hint_is_what_the_index_said, load, unload),
		cmocka_unit_test_setup_teardown(test_a_hint_is_taken, load, unload),
		cmocka_unit_test_setup_teardown(test_a_marked_slot_is_left, load, unload),
		cmocka_unit_test_setup_teardown(test_hints_that_are_wrong, load, unload),
		cmocka_unit_test_setup_teardown(test_a_set_that_is_full, load, unload),
	};

	if (geteuid()) {
		printf("SKIP: needs root\n");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
