/* SPDX-License-Identifier: Apache-2.0 */
#include "read/slots.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "read/table.h"
#include "test.h"

enum {
	ENTRIES = 3,
	SHARDS = 2,
	STRIDE = 16,
};

static struct map_info table, index_map, free_map, spread;

static int make_map(struct map_info *info, enum bpf_map_type type, uint32_t key_size,
	uint32_t value_size, uint32_t entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);

	if (type == BPF_MAP_TYPE_ARRAY)
		options.map_flags = BPF_F_MMAPABLE;
	*info = (struct map_info){.name = "slots"};
	info->fd = bpf_map_create(type, "slots", key_size, value_size, entries, &options);
	return info->fd < 0 ? -errno : 0;
}

static int make(void **state)
{
	(void)state;
	if (make_map(&table, BPF_MAP_TYPE_ARRAY, 4, 24, ENTRIES + 1) ||
		make_map(&index_map, BPF_MAP_TYPE_HASH, 4, 4, ENTRIES) ||
		make_map(&free_map, BPF_MAP_TYPE_QUEUE, 0, 4, ENTRIES) ||
		make_map(&spread, BPF_MAP_TYPE_ARRAY, 4, 8, SHARDS * STRIDE))
		return 0; /* the test skips */
	table.index = &index_map;
	table.free_slots = &free_map;
	table.spread = &spread;
	table.max_entries = ENTRIES;
	table.value_size = 8;
	table.table = (struct table_layout){
		.kind = TABLE_SLOTS,
		.elements = ENTRIES + 1,
		.stride = 24,
		.key_offset = 8,
		.value_offset = 16,
		.spread_shards = SHARDS,
		.spread_stride = STRIDE,
	};
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	close(table.fd);
	close(index_map.fd);
	close(free_map.fd);
	close(spread.fd);
	return 0;
}

static void put(int fd, uint32_t at, uint64_t value)
{
	assert_int_equal(bpf_map_update_elem(fd, &at, &value, BPF_ANY), 0);
}

/* Slot 2 has the key 77 and 5 + 6 + 7. */
static void fill(void)
{
	uint64_t element[3] = {1, 77, 5};
	uint32_t slot = 2, key = 77;

	assert_int_equal(bpf_map_update_elem(table.fd, &slot, element, BPF_ANY), 0);
	assert_int_equal(bpf_map_update_elem(index_map.fd, &key, &slot, BPF_ANY), 0);
	put(spread.fd, 2, 6);
	put(spread.fd, STRIDE + 2, 7);
	put(spread.fd, STRIDE + 3, 100);
}

static void a_slot_is_taken_back(void **state)
{
	const uint32_t key = 77;
	uint32_t found = 0;
	struct table memory;
	uint64_t sum = 0;

	(void)state;
	if (table.fd < 0 || spread.fd <= 0) {
		printf("SKIP: no BPF here; run as root\n");
		skip();
	}
	assert_int_equal(table_open(&memory, &table, NULL), 0);
	fill();
	assert_ptr_equal(table_value(&memory, 2, &sum), &sum);
	assert_int_equal(sum, 18);
	assert_int_equal(slot_calls_kernel.restore(&table, &key, 3), -EEXIST);
	assert_int_equal(slot_calls_kernel.forget(&table, &key), 0);
	assert_int_equal(slot_calls_kernel.forget(&table, &key), 0);
	assert_int_equal(bpf_map_lookup_elem(index_map.fd, &key, &found), -ENOENT);
	assert_int_equal(slot_calls_kernel.restore(&table, &key, 2), 0);
	assert_int_equal(bpf_map_lookup_elem(index_map.fd, &key, &found), 0);
	assert_int_equal(found, 2);
	assert_int_equal(slot_calls_kernel.forget(&table, &key), 0);
	table_value(&memory, 2, &sum);
	assert_int_equal(sum, 18);
	assert_int_equal(slot_calls_kernel.release(&table, 2), 0);
	table_value(&memory, 2, &sum);
	assert_int_equal(sum, 0);
	assert_int_equal(slot_state(table_element(&memory, 2)), 0);
	assert_int_equal(table_word(table_key(&memory, 2)), 0);
	table_value(&memory, 3, &sum);
	assert_int_equal(sum, 100);
	assert_int_equal(bpf_map_lookup_and_delete_elem(free_map.fd, NULL, &found), 0);
	assert_int_equal(found, 2);
	assert_int_equal(bpf_map_lookup_and_delete_elem(free_map.fd, NULL, &found), -ENOENT);
	table_close(&memory);
}

static void a_map_that_is_gone_is_told(void **state)
{
	struct map_info nothing = {.fd = -1}, lost = table;
	uint32_t key = 1;

	(void)state;
	lost.fd = -1;
	lost.index = lost.free_slots = lost.spread = &nothing;
	assert_int_equal(slot_calls_kernel.forget(&lost, &key), -EBADF);
	assert_int_equal(slot_calls_kernel.restore(&lost, &key, 1), -EBADF);
	assert_int_equal(slot_calls_kernel.release(&lost, 1), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_is_taken_back),
		cmocka_unit_test(a_map_that_is_gone_is_told),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
