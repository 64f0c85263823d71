/* SPDX-License-Identifier: Apache-2.0 */
#include "read/reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "fake_map.h"

static struct err err;

static void map_that_cannot_be_read_is_refused(void **state)
{
	static const struct {
		uint32_t type, key_size, value_size, max_entries;
		int code;
		const char *text;
	} cases[] = {
		{BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, -ENOTSUP, "map fake: maps of type 27"},
		{BPF_MAP_TYPE_STACK_TRACE, 4, 8, 10, -ENOTSUP, "maps of type 7"},
		{9999, 4, 8, 10, -ENOTSUP, "maps of type 9999"},
		{BPF_MAP_TYPE_HASH, 0, 8, 10, -EINVAL, "keys of 0 bytes"},
		{BPF_MAP_TYPE_HASH, 513, 8, 10, -EINVAL, "keys of 513 bytes; 1 to 512"},
		{BPF_MAP_TYPE_HASH, 4, 0, 10, -EINVAL, "values of 0 bytes"},
		{BPF_MAP_TYPE_HASH, 4, 65537, 10, -EINVAL, "values of 65537 bytes"},
		{BPF_MAP_TYPE_HASH, 4, 8, 0, -EINVAL, "no room for any entry"},
		{BPF_MAP_TYPE_ARRAY, 8, 8, 10, -EINVAL, "keys of 8 bytes, not 4"},
		{BPF_MAP_TYPE_PERCPU_ARRAY, 2, 8, 10, -EINVAL, "keys of 2 bytes, not 4"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct map_info info = fake_info(cases[i].type, cases[i].max_entries);
		struct reader *reader = NULL;

		info.key_size = cases[i].key_size;
		info.value_size = cases[i].value_size;
		assert_int_equal(reader_new(&reader, &info, &fake_calls, &err), cases[i].code);
		assert_non_null(strstr(err.text, cases[i].text));
		assert_null(reader);
	}
	reader_free(NULL);
}

static void strides_follow_the_map_type(void **state)
{
	static const struct {
		uint32_t type, value_size;
		bool per_cpu;
		size_t cpu_stride;
	} cases[] = {
		{BPF_MAP_TYPE_HASH, 9, false, 0},
		{BPF_MAP_TYPE_LRU_HASH, 8, false, 0},
		{BPF_MAP_TYPE_ARRAY, 12, false, 0},
		{BPF_MAP_TYPE_PERCPU_HASH, 9, true, 16},
		{BPF_MAP_TYPE_LRU_PERCPU_HASH, 8, true, 8},
		{BPF_MAP_TYPE_PERCPU_ARRAY, 12, true, 16},
	};
	uint32_t cpus = possible_cpus();
	(void)state;

	assert_true(cpus > 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct map_info info = fake_info(cases[i].type, 10);
		size_t stride = cases[i].value_size;
		struct reader *reader;
		struct batch batch;

		if (cases[i].per_cpu)
			stride = cases[i].cpu_stride * cpus;
		info.value_size = cases[i].value_size;
		fake_reset(4);
		fake.value_size = stride;
		fake_insert(1, 3);
		fake_insert(2, 6);
		assert_int_equal(reader_new(&reader, &info, &fake_calls, &err), 0);
		assert_int_equal(reader_next(reader, &batch, &err), 1);
		assert_int_equal(batch.count, 2);
		assert_int_equal(batch.key_stride, 4);
		assert_int_equal(batch.value_stride, stride);
		assert_int_equal(batch.cpu_stride, cases[i].cpu_stride);
		assert_int_equal(batch.cpu_count, cases[i].per_cpu ? cpus : 1);
		assert_int_equal(reader_next(reader, &batch, &err), 0);
		assert_int_equal(reader_next(reader, &batch, &err), 0);
		reader_free(reader);
	}
}

static void pass_can_be_left_and_begun_again(void **state)
{
	struct map_info info = fake_info(BPF_MAP_TYPE_HASH, 9000);
	static unsigned int seen[9000];
	struct reader *reader;
	struct batch batch;
	(void)state;

	fake_reset(3000);
	for (uint32_t key = 0; key < 9000; key++)
		fake_insert(key, (uint64_t)key * 3);
	assert_int_equal(reader_new(&reader, &info, &fake_calls, &err), 0);
	assert_int_equal(reader_next(reader, &batch, &err), 1);
	assert_true(batch.count < 9000);
	assert_int_equal(fake_read(reader, seen, 9000, &err), 9000);
	for (uint32_t key = 0; key < 9000; key++)
		assert_int_equal(seen[key], 1);
	reader_free(reader);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_that_cannot_be_read_is_refused),
		cmocka_unit_test(strides_follow_the_map_type),
		cmocka_unit_test(pass_can_be_left_and_begun_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
