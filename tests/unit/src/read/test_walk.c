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
	KEYS = 10000
};

static unsigned int seen[KEYS];
static struct err err;
/* What happens between two calls of a walk. */
static void (*event)(struct fake_map *map, enum fake_call call, unsigned int number);

static int before_call(struct fake_map *map, enum fake_call call, unsigned int number)
{
	if (call == FAKE_BATCH)
		return -EINVAL;
	if (event)
		event(map, call, number);
	return 0;
}

static void start_map(uint32_t buckets, uint32_t from, uint32_t to)
{
	fake_reset(buckets);
	fake.before = before_call;
	event = NULL;
	for (uint32_t key = from; key < to; key++)
		fake_insert(key, (uint64_t)key * 3);
}

static long read_hash(uint32_t max_entries)
{
	struct map_info info = fake_info(BPF_MAP_TYPE_HASH, max_entries);
	struct reader *reader;
	long rows;

	assert_int_equal(reader_new(&reader, &info, &fake_calls, &err), 0);
	rows = fake_read(reader, seen, KEYS, &err);
	reader_free(reader);
	return rows;
}

static void assert_each_once(uint32_t from, uint32_t to)
{
	for (uint32_t key = from; key < to; key++)
		assert_int_equal(seen[key], 1);
}

static void quiet_map_is_read_whole(void **state)
{
	static const uint32_t counts[] = {0, 1, 255, 256, 257, 4095, 4096, 4097, 9999};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		start_map(1024, 0, counts[i]);
		assert_int_equal(read_hash(counts[i] + 1), counts[i]);
		assert_each_once(0, counts[i]);
	}
}

static uint32_t victim;

/* The key that the walk stands on goes away before it asks for the next one. */
static void delete_cursor(struct fake_map *map, enum fake_call call, unsigned int number)
{
	if (call == FAKE_LOOKUP || number == 0 || number % 40)
		return;
	victim = 1000 + number / 40;
	for (size_t i = 0; i < map->count; i++) {
		/* A fixed order: the walk is at row `number - 1` unless it began again. */
		if (i == number - 1 && map->rows[i].key >= 1000) {
			fake_delete(map->rows[i].key);
			break;
		}
	}
}

static void deleted_cursor_begins_again_without_repeating(void **state)
{
	(void)state;

	start_map(2000, 0, 2000);
	event = delete_cursor;
	assert_true(read_hash(2000) >= 1000);
	assert_each_once(0, 1000);
	for (uint32_t key = 1000; key < 2000; key++)
		assert_true(seen[key] <= 1);
	assert_true(fake.count < 2000);
}

/* Entries go between finding their key and looking it up. */
static void delete_before_lookup(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	if (call == FAKE_LOOKUP && number % 2)
		fake_delete(number);
}

static void entry_gone_before_its_lookup_is_skipped(void **state)
{
	long rows;
	(void)state;

	start_map(100, 0, 100);
	event = delete_before_lookup;
	rows = read_hash(100);
	assert_true(rows >= 50 && rows < 100);
	for (uint32_t key = 0; key < 100; key += 2)
		assert_int_equal(seen[key], 1);
}

/* An update puts a key in front of the cursor's bucket, behind the cursor. */
static void update_moves_key(struct fake_map *map, enum fake_call call, unsigned int number)
{
	uint32_t last = map->rows[map->count - 1].key;

	if (call == FAKE_NEXT_KEY && number == 1) {
		fake_delete(last);
		fake_insert(last, (uint64_t)last * 3);
	}
}

static void key_moved_behind_the_cursor_is_found(void **state)
{
	(void)state;

	start_map(1, 0, 3);
	event = update_moves_key;
	assert_int_equal(read_hash(3), 3);
	assert_each_once(0, 3);
}

/* All entries go after the first was read. */
static void delete_all(struct fake_map *map, enum fake_call call, unsigned int number)
{
	if (call == FAKE_NEXT_KEY && number == 1)
		map->count = 0;
}

static void map_emptied_meanwhile_ends_the_pass(void **state)
{
	(void)state;

	start_map(10, 0, 50);
	event = delete_all;
	assert_int_equal(read_hash(50), 1);
}

/* The cursor is deleted and inserted again each time: the walk never gets on. */
static void delete_each_cursor(struct fake_map *map, enum fake_call call, unsigned int number)
{
	static uint32_t fresh;

	if (number == 0)
		fresh = 100;
	if (call != FAKE_NEXT_KEY)
		return;
	map->count = 0;
	fake_insert(fresh++ % KEYS, 0);
	map->rows[0].value = (uint64_t)map->rows[0].key * 3;
	fake_insert(5, 15);
}

static void flood_of_new_keys(struct fake_map *map, enum fake_call call, unsigned int number)
{
	if (call != FAKE_NEXT_KEY || number >= KEYS - 1)
		return;
	/* What the cursor stands on stays; what comes next is always new. */
	if (map->count > 1)
		fake_delete(map->rows[0].key);
	fake_insert(number + 1, ((uint64_t)number + 1) * 3);
}

static void endless_change_is_an_error(void **state)
{
	(void)state;

	start_map(KEYS * 2, 5, 6);
	event = delete_each_cursor;
	assert_int_equal(read_hash(64), -EAGAIN);
	assert_non_null(strstr(err.text, "the pass is given up"));

	start_map(KEYS * 2, 0, 1);
	event = flood_of_new_keys;
	assert_int_equal(read_hash(64), -EAGAIN);
	assert_non_null(strstr(err.text, "more than twice its 64 entries"));
}

static int fail_code;
static enum fake_call fail_call;

static int fail_third(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	if (call == FAKE_BATCH)
		return -EINVAL;
	return call == fail_call && number == 2 ? fail_code : 0;
}

static void failing_calls_are_errors(void **state)
{
	static const enum fake_call calls[] = {FAKE_NEXT_KEY, FAKE_LOOKUP};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		start_map(10, 0, 20);
		fake.before = fail_third;
		fail_call = calls[i];
		fail_code = -EPERM;
		assert_int_equal(read_hash(20), -EPERM);
		assert_non_null(strstr(err.text, "Operation not permitted"));
	}
	start_map(10, 0, 20);
	fake.before = fail_third;
	fail_call = FAKE_NEXT_KEY;
	fail_code = -EINTR;
	assert_int_equal(read_hash(20), 20);
}

static void array_is_read_by_index(void **state)
{
	struct map_info info = fake_info(BPF_MAP_TYPE_ARRAY, 9000);
	struct reader *reader;
	(void)state;

	start_map(0, 0, 9000);
	fake_delete(17); /* no entry: skipped, not the end */
	assert_int_equal(reader_new(&reader, &info, &fake_calls, &err), 0);
	assert_int_equal(fake_read(reader, seen, KEYS, &err), 8999);
	assert_int_equal(seen[17], 0);
	assert_each_once(18, 9000);
	assert_int_equal(fake.calls[FAKE_NEXT_KEY], 0);
	fake.before = fail_third;
	fake.calls[FAKE_LOOKUP] = 0;
	fail_call = FAKE_LOOKUP;
	fail_code = -EBADF;
	assert_int_equal(fake_read(reader, seen, KEYS, &err), -EBADF);
	reader_free(reader);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_map_is_read_whole),
		cmocka_unit_test(deleted_cursor_begins_again_without_repeating),
		cmocka_unit_test(entry_gone_before_its_lookup_is_skipped),
		cmocka_unit_test(key_moved_behind_the_cursor_is_found),
		cmocka_unit_test(map_emptied_meanwhile_ends_the_pass),
		cmocka_unit_test(endless_change_is_an_error),
		cmocka_unit_test(failing_calls_are_errors),
		cmocka_unit_test(array_is_read_by_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
