/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "fake_map.h"

enum {
	KEYS = 10000,
	KERNEL_ENOTSUPP = 524
};

static unsigned int seen[KEYS];
static struct err err;

static struct reader *reader_for(const struct map_info *info)
{
	struct reader *reader;

	assert_int_equal(reader_new(&reader, info, &fake_calls, &err), 0);
	return reader;
}

static void fill(uint32_t from, uint32_t to)
{
	for (uint32_t key = from; key < to; key++)
		fake_insert(key, (uint64_t)key * 3);
}

static void assert_each_once(uint32_t from, uint32_t to)
{
	for (uint32_t key = from; key < to; key++)
		assert_int_equal(seen[key], 1);
}

static void each_key_comes_once(void **state)
{
	static const struct {
		uint32_t buckets, keys, max_entries;
	} cases[] = {
		{1, 0, 10},
		{1, 1, 1},
		{1, 16, 16},
		{8, 100, 100},
		{1024, 5000, 5000},
		{8192, 9999, 10000},
		{0, 10000, 10000},
		{0, 1, 1},
		{0, 4096, 4096},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct map_info info = fake_info(
			cases[i].buckets ? BPF_MAP_TYPE_HASH : BPF_MAP_TYPE_ARRAY,
			cases[i].max_entries);
		struct reader *reader = reader_for(&info);

		fake_reset(cases[i].buckets);
		fill(0, cases[i].keys);
		/* Twice: a reader is used for as long as the program runs. */
		for (int pass = 0; pass < 2; pass++) {
			assert_int_equal(fake_read(reader, seen, KEYS, &err), cases[i].keys);
			assert_each_once(0, cases[i].keys);
		}
		assert_int_equal(fake.calls[FAKE_LOOKUP], 0);
		reader_free(reader);
	}
}

static int churn(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	(void)call;
	/* Keys from 5000 come and go, in buckets before and behind the cursor. */
	for (uint32_t i = 0; i < 50; i++) {
		uint32_t key = 5000 + (number * 37 + i * 101) % 3000;

		if (!fake_delete(key))
			fake_insert(key, (uint64_t)key * 3);
	}
	return 0;
}

static void what_stays_comes_once_while_others_change(void **state)
{
	struct map_info info = fake_info(BPF_MAP_TYPE_HASH, 8000);
	struct reader *reader = reader_for(&info);
	(void)state;

	fake_reset(1000);
	fill(0, 6500);
	fake.before = churn;
	for (int pass = 0; pass < 5; pass++) {
		assert_true(fake_read(reader, seen, KEYS, &err) >= 5000);
		assert_each_once(0, 5000);
		for (uint32_t key = 5000; key < KEYS; key++)
			assert_true(seen[key] <= 1);
	}
	reader_free(reader);
}

static void long_bucket_makes_the_batch_grow(void **state)
{
	struct map_info info = fake_info(BPF_MAP_TYPE_HASH, 8000);
	struct reader *reader;
	unsigned int calls;
	(void)state;

	/* Values of 4 KiB: the first batch has 63 rows; one bucket has 500. */
	info.value_size = 4096;
	reader = reader_for(&info);
	fake_reset(10);
	fake.value_size = 4096;
	fill(0, 50);
	for (uint32_t i = 0; i < 500; i++)
		fake_insert(100 + i * 10, (uint64_t)(100 + i * 10) * 3);
	assert_int_equal(fake_read(reader, seen, KEYS, &err), 550);
	calls = fake.calls[FAKE_BATCH];
	assert_true(calls > 2);
	assert_int_equal(fake.calls[FAKE_LOOKUP], 0);
	/* It stays grown: the next pass needs fewer calls. */
	assert_int_equal(fake_read(reader, seen, KEYS, &err), 550);
	assert_true(fake.calls[FAKE_BATCH] - calls < calls);
	reader_free(reader);
}

static void bucket_past_the_bound_is_walked(void **state)
{
	struct map_info info = fake_info(BPF_MAP_TYPE_HASH, KEYS);
	struct reader *reader = reader_for(&info);
	(void)state;

	fake_reset(1);
	fill(0, 5000); /* LIMIT_BATCH_ENTRIES is 4096 */
	assert_int_equal(fake_read(reader, seen, KEYS, &err), 5000);
	assert_each_once(0, 5000);
	assert_int_equal(fake.calls[FAKE_LOOKUP], 5000);
	reader_free(reader);
}

static void long_bucket_after_rows_fails_the_pass_only(void **state)
{
	struct map_info info = fake_info(BPF_MAP_TYPE_HASH, KEYS);
	struct reader *reader = reader_for(&info);
	(void)state;

	fake_reset(2);
	fake_insert(0, 0);
	for (uint32_t i = 0; i < 4500; i++)
		fake_insert(1 + i * 2, (uint64_t)(1 + i * 2) * 3);
	assert_int_equal(fake_read(reader, seen, KEYS, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "fake"));
	assert_int_equal(fake_read(reader, seen, KEYS, &err), 4501);
	reader_free(reader);
}

static int first_call_code;

static int refuse_batches(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	(void)number;
	return call == FAKE_BATCH ? first_call_code : 0;
}

static void kernel_without_batches_is_walked(void **state)
{
	static const int codes[] = {-EINVAL, -EPERM, -ENOTSUP, -KERNEL_ENOTSUPP};
	static const uint32_t types[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codes) * ARRAY_SIZE(types); i++) {
		uint32_t type = types[i % 2];
		struct map_info info = fake_info(type, 5000);
		struct reader *reader = reader_for(&info);

		fake_reset(type == BPF_MAP_TYPE_HASH ? 64 : 0);
		fill(0, 5000);
		first_call_code = codes[i / 2];
		fake.before = refuse_batches;
		assert_int_equal(fake_read(reader, seen, KEYS, &err), 5000);
		assert_each_once(0, 5000);
		assert_int_equal(fake_read(reader, seen, KEYS, &err), 5000);
		/* Asked once, not in every pass. */
		assert_int_equal(fake.calls[FAKE_BATCH], 1);
		reader_free(reader);
	}
}

static int fail_late(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	return call == FAKE_BATCH && number > 0 ? first_call_code : 0;
}

static void failure_after_rows_is_an_error(void **state)
{
	static const int codes[] = {-EINVAL, -EPERM, -EFAULT, -ENOMEM, -EBADF};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct map_info info = fake_info(BPF_MAP_TYPE_HASH, KEYS);
		struct reader *reader = reader_for(&info);
		struct batch batch;

		fake_reset(9000);
		fill(0, 9000);
		first_call_code = codes[i];
		fake.before = fail_late;
		assert_int_equal(fake_read(reader, seen, KEYS, &err), codes[i]);
		assert_non_null(strstr(err.text, "map fake: "));
		/* No "complete" after a failure. */
		assert_true(reader_next(reader, &batch, &err) < 0);
		reader_free(reader);
	}
}

static int busy_result;

static int busy_now_and_then(struct fake_map *map, int result, uint32_t *count)
{
	/* The kernel stops before a busy bucket, with the rows so far and the cursor behind them.
	 */
	if (result == 0 && *count && map->calls[FAKE_BATCH] % 2)
		return busy_result;
	return result;
}

static int busy_at_once(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	return call == FAKE_BATCH && number % 3 == 0 ? busy_result : 0;
}

static void busy_bucket_loses_nothing(void **state)
{
	static const int codes[] = {-EBUSY, -EAGAIN, -EINTR};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct map_info info = fake_info(BPF_MAP_TYPE_HASH, KEYS);
		struct reader *reader = reader_for(&info);

		fake_reset(5000);
		fill(0, 9000);
		busy_result = codes[i];
		fake.after_batch = busy_now_and_then;
		fake.before = busy_at_once;
		assert_int_equal(fake_read(reader, seen, KEYS, &err), 9000);
		assert_each_once(0, 9000);
		reader_free(reader);
	}
}

static int always_busy(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	(void)number;
	return call == FAKE_BATCH ? -EBUSY : 0;
}

static int never_the_end(struct fake_map *map, int result, uint32_t *count)
{
	(void)map;
	(void)count;
	return result == -ENOENT ? 0 : result;
}

static int one_too_many(struct fake_map *map, int result, uint32_t *count)
{
	(void)map;
	*count = 101;
	return result;
}

static void lying_kernel_is_an_error(void **state)
{
	static const struct {
		int (*before)(struct fake_map *map, enum fake_call call, unsigned int number);
		int (*after)(struct fake_map *map, int result, uint32_t *count);
		int code;
		const char *text;
	} cases[] = {
		{always_busy, NULL, -EAGAIN, "does not come to the map's end"},
		{NULL, never_the_end, -EAGAIN, "does not come to the map's end"},
		{NULL, one_too_many, -EIO, "counts 101 entries in a batch of at most 100"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct map_info info = fake_info(BPF_MAP_TYPE_HASH, 100);
		struct reader *reader = reader_for(&info);

		fake_reset(10);
		fill(0, 50);
		fake.before = cases[i].before;
		fake.after_batch = cases[i].after;
		assert_int_equal(fake_read(reader, seen, KEYS, &err), cases[i].code);
		assert_non_null(strstr(err.text, cases[i].text));
		reader_free(reader);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_comes_once),
		cmocka_unit_test(what_stays_comes_once_while_others_change),
		cmocka_unit_test(long_bucket_makes_the_batch_grow),
		cmocka_unit_test(bucket_past_the_bound_is_walked),
		cmocka_unit_test(long_bucket_after_rows_fails_the_pass_only),
		cmocka_unit_test(kernel_without_batches_is_walked),
		cmocka_unit_test(failure_after_rows_is_an_error),
		cmocka_unit_test(busy_bucket_loses_nothing),
		cmocka_unit_test(lying_kernel_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
