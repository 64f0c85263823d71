/* SPDX-License-Identifier: Apache-2.0 */
#include "read/table.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static void test_memory_is_read_as_it_changes(void **state)
{
	struct map_info info = {
		.name = "m", .table = {.kind = TABLE_SLOTS, .elements = 300, .stride = 24}};
	const uint32_t status = 77;
	const uint64_t value = 88;
	struct table table = {0};

	(void)state;
	info.fd = memfd_create("table", MFD_CLOEXEC);
	assert_int_equal(ftruncate(info.fd, 300 * 24), 0);
	assert_int_equal(table_open(&table, &info, NULL), 0);
	assert_int_equal(slot_state(table_element(&table, 299)), 0);
	assert_int_equal(pwrite(info.fd, &status, 4, 299 * 24), 4);
	assert_int_equal(pwrite(info.fd, &value, 8, 299 * 24 + 16), 8);
	assert_int_equal(slot_state(table_element(&table, 299)), 77);
	assert_int_equal(table_word(table_element(&table, 299) + 16), 88);
	table_close(&table);
	table_close(&table);
	close(info.fd);
}

static void test_what_cannot_be_mapped(void **state)
{
	struct map_info info = {.name = "m", .fd = -1, .max_entries = 5};
	struct table table;
	struct err err = {0};

	(void)state;
	assert_int_equal(table_open(&table, &info, &err), -EINVAL);
	assert_non_null(strstr(err.text, "map m: is not made by otel.bpf.h"));
	info.table = (struct table_layout){.kind = TABLE_SHARDS, .elements = 1, .stride = 64};
	assert_int_equal(table_open(&table, &info, &err), -EBADF);
	assert_non_null(strstr(err.text, "4096 bytes cannot be mapped"));
}

/* Values that bpf/otel_slots.bpf.h gives as well: tests/bpf compares the two. */
static void test_checksums(void **state)
{
	unsigned char key[64] = {0};

	(void)state;
	for (size_t size = 1; size <= sizeof(key); size++) {
		uint32_t before = key_checksum(key, size);

		assert_int_not_equal(before, 0);
		for (size_t i = 0; i < size; i++) {
			key[i] ^= 0x40;
			assert_int_not_equal(key_checksum(key, size), before);
			key[i] ^= 0x40;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_read_as_it_changes),
		cmocka_unit_test(test_what_cannot_be_mapped),
		cmocka_unit_test(test_checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
