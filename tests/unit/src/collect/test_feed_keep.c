/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a feed leaves for the next process. That a count goes on over it is shown by the tests of
 * feed_rename and reclaim; here is what they do not meet: rows of the overflow series, entries that
 * go while no process runs, and bytes that are damaged.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "collect/feed_private.h"
#include "model/marks.h"
#include "src/collect/fixture.h"
#include "src/collect/table_memory.h"
#include "src/temporary.h"
#include "test.h"

enum {
	HASH = 1,
	KEYS = 6,
};

static const struct resource resource;
static const struct field key_fields[] = {
	{.name = "name", .kind = FIELD_UINT, .size = 4},
	{.name = "other", .kind = FIELD_UINT, .offset = 4, .size = 4},
};
static const struct field number_value = {.name = "", .kind = FIELD_UINT, .size = 8};

struct bench {
	struct fixture f;
	struct map_info map;
	struct table_memory memory;
	struct table table;
	struct model *model;
	struct scope *scope;
	struct feed *feed;
	const struct metric *metric;
	enum temporality_preference preference;
	uint64_t time;
	struct buf marks, rows;
};

static void open_feed(struct bench *b)
{
	b->model = model_new(&resource);
	model_set_temporality(b->model, b->preference);
	b->scope = model_add_scope(b->model, "s", "1", b->time);
	assert_int_equal(feed_new(&b->feed, &b->f.plan.metrics[0], b->scope, NULL), 0);
	b->metric = b->scope->metrics[0];
}

static void close_feed(struct bench *b)
{
	feed_free(b->feed);
	model_free(b->model);
}

/* Keys of a hash map have a name, which is the attribute, and another number. */
static void bench_begin(struct bench *b, enum temporality_preference preference, const char *rest)
{
	const struct map_info *const maps[] = {&b->map};
	char text[512];

	*b = (struct bench){.preference = preference, .time = 100};
	b->map = (struct map_info){
		.name = "m",
		.type = HASH,
		.key_size = 8,
		.value_size = 8,
		.max_entries = 100,
		.key = {8, key_fields, ARRAY_SIZE(key_fields)},
		.value = {8, &number_value, 1},
	};
	snprintf(text, sizeof(text),
		"  - {name: m, instrument: counter, unit: \"1\", description: D., map: m%s, "
		"attributes: [{name: k, field: name}]}\n",
		rest);
	fixture_plan(&b->f, text, maps, 1);
	if (b->f.result)
		fail_msg("%s", b->f.err.text);
	open_feed(b);
}

static void bench_end(struct bench *b)
{
	close_feed(b);
	buf_fini(&b->marks);
	buf_fini(&b->rows);
	if (b->table.info) {
		table_close(&b->table);
		table_memory_free(&b->memory);
	}
	fixture_end(&b->f);
}

static void collect(struct bench *b, const uint32_t (*keys)[2], const uint64_t *values, size_t n)
{
	struct batch batch = {
		.keys = (const unsigned char *)keys,
		.values = (const unsigned char *)values,
		.key_stride = 8,
		.value_stride = 8,
		.cpu_count = 1,
		.count = n,
	};

	model_begin(b->model, b->time++);
	feed_begin(b->feed);
	if (b->table.info)
		assert_int_equal(feed_table(b->feed, &b->table), 0);
	else
		assert_int_equal(feed_batch(b->feed, &batch), 0);
	feed_end(b->feed, true);
	model_end(b->model);
}

static void keep(struct bench *b)
{
	buf_init(&b->marks, 1 << 20);
	buf_init(&b->rows, 1 << 20);
	marks_write(b->scope, &b->marks);
	feed_write(b->feed, &b->rows);
}

static int read_rows(struct bench *b, const uint8_t *bytes, size_t size)
{
	struct input in = {.at = bytes, .end = bytes + size};
	int result;

	assert_int_equal(marks_read(b->scope, b->marks.data, b->marks.length, b->time, NULL), 0);
	model_resume(b->model, b->time);
	result = feed_read(b->feed, &in);
	return result || in.at == in.end ? result : 1;
}

static void restart(struct bench *b)
{
	keep(b);
	close_feed(b);
	open_feed(b);
	assert_int_equal(read_rows(b, b->rows.data, b->rows.length), 0);
	buf_fini(&b->marks);
	buf_fini(&b->rows);
}

/* The series of the name, or SERIES_NONE; -1: the overflow series. */
static uint32_t find(const struct bench *b, int64_t name)
{
	for (uint32_t i = 0; i < b->metric->series_count; i++) {
		const struct series *series = &b->metric->series[i];

		if (series_is_live(b->metric, i) &&
			(series->attrs[0].type == ATTR_BOOL ? name == -1
							    : series->attrs[0].integer == name))
			return i;
	}
	return SERIES_NONE;
}

static void check(const struct bench *b, int64_t name, uint64_t start, uint64_t number)
{
	uint32_t series = find(b, name);

	if (!number) {
		assert_int_equal(series, SERIES_NONE);
		return;
	}
	assert_int_not_equal(series, SERIES_NONE);
	assert_int_equal(b->metric->starts[series], start);
	assert_int_equal(b->metric->numbers[series], number);
}

/* A key that found no room stays where it is, although there is room now. */
static void test_overflow(void **state)
{
	static const uint32_t keys[][2] = {{1, 0}, {2, 0}, {3, 0}};
	static const uint64_t first[] = {5, 6, 7}, second[] = {8, 9};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bench b;
		uint64_t gone = i ? PREFER_DELTA : PREFER_CUMULATIVE;

		bench_begin(&b, (enum temporality_preference)gone, ", cardinality_limit: 2");
		collect(&b, keys, first, 3);
		check(&b, -1, 100, 7);
		/* All but key 3 go. */
		collect(&b, keys + 2, first + 2, 1);
		restart(&b);
		collect(&b, keys + 2, second, 1);
		check(&b, 3, 0, 0);
		check(&b, -1, 100, 8);
		bench_end(&b);
	}
}

/* Two entries are one series; one of them goes while no process runs. */
static void test_gone_meanwhile(void **state)
{
	static const uint32_t keys[][2] = {{1, 1}, {1, 2}, {2, 1}};
	static const uint64_t first[] = {5, 60, 7}, second[] = {6, 7};
	struct bench b;

	(void)state;
	for (int i = 0; i < 2; i++) {
		bench_begin(&b, i ? PREFER_DELTA : PREFER_CUMULATIVE, "");
		collect(&b, keys, first, 3);
		check(&b, 1, 100, 65);
		restart(&b);
		collect(&b, (const uint32_t[][2]){{1, 1}, {2, 1}}, second, 2);
		check(&b, 1, 100, 66);
		restart(&b);
		/* It comes back, and counts from 0. */
		collect(&b, keys, (const uint64_t[]){6, 1, 7}, 3);
		check(&b, 1, 100, 67);
		bench_end(&b);
	}
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t below(uint64_t *state, uint64_t n)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

static void damage(struct bench *b, const uint32_t (*keys)[2], const uint64_t *values, size_t n)
{
	uint64_t random = 5, refused = 0;
	uint8_t bytes[4096];

	keep(b);
	assert_in_range(b->rows.length, 1, sizeof(bytes));
	for (int i = 0; i < 3000; i++) {
		size_t size = below(&random, 4) ? b->rows.length : below(&random, b->rows.length);
		int result;

		memcpy(bytes, b->rows.data, b->rows.length);
		for (uint64_t flips = below(&random, 4); flips; flips--)
			bytes[below(&random, b->rows.length)] = (uint8_t)below(&random, 256);
		close_feed(b);
		open_feed(b);
		result = read_rows(b, bytes, size);
		refused += result != 0;
		/* Wrong it may be: a checksum says so before (app/book.h). */
		if (!result)
			collect(b, keys, values, n);
	}
	assert_in_range(refused, 100, 2999);
}

static void test_damaged_rows(void **state)
{
	static const uint32_t keys[][2] = {{1, 0}, {1, 1}, {2, 0}, {3, 0}, {4, 0}, {5, 0}};
	static const uint64_t values[] = {5, 6, 7, 8, 9, 10};
	struct bench b;

	(void)state;
	bench_begin(&b, PREFER_DELTA, "");
	collect(&b, keys, values, KEYS);
	damage(&b, keys, values, KEYS);
	bench_end(&b);
}

/* Slots, two of which were taken back, of devices that are called something else now. */
static void test_damaged_slots(void **state)
{
	static const char before[] = "major minor #blocks name\n0 1 1 a\n0 2 1 b\n",
			  after[] = "major minor #blocks name\n0 1 1 c\n0 2 1 d\n";
	struct bench b = {.preference = PREFER_CUMULATIVE, .time = 100};
	const struct map_info *const maps[] = {&b.memory.info};
	char text[1024];

	(void)state;
	temporary_write("partitions", before, sizeof(before) - 1);
	slots_make(&b.memory, KEYS, 8);
	snprintf(text, sizeof(text),
		"  - {name: m, instrument: counter, unit: \"1\", description: D., map: m, "
		"idle_timeout: 1s, attributes: [{name: k, decode: {majorminor: {path: "
		"/nonexistent, partitions: %s}}}]}\n",
		temporary_path("partitions"));
	fixture_plan(&b.f, text, maps, 1);
	if (b.f.result)
		fail_msg("%s", b.f.err.text);
	assert_int_equal(table_open(&b.table, &b.memory.info, NULL), 0);
	open_feed(&b);
	for (uint32_t slot = 1; slot <= 4; slot++) {
		slot_publish(&b.memory, slot, slot);
		slot_words(&b.memory, slot)[0] = slot;
	}
	collect(&b, NULL, NULL, 0);
	temporary_write("partitions", after, sizeof(after) - 1);
	for (int i = 0; i < 5; i++)
		collect(&b, NULL, NULL, 0);
	for (uint32_t slot = 3; slot <= 4; slot++) {
		assert_int_equal(feed_prepare_retire(b.feed, slot), 0);
		feed_retire_slot(b.feed, &b.table, slot);
	}
	damage(&b, NULL, NULL, 0);
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_gone_meanwhile),
		cmocka_unit_test(test_damaged_rows),
		cmocka_unit_test(test_damaged_slots),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
