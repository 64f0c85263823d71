/* SPDX-License-Identifier: Apache-2.0 */
/* Names that change, by the decoder majorminor and the file that it reads. */
#include <stdio.h>
#include <string.h>

#include "collect/feed_private.h"
#include "model/marks.h"
#include "src/collect/fixture.h"
#include "src/collect/table_memory.h"
#include "src/temporary.h"
#include "test.h"

enum {
	HASH = 1,
	PERCPU_HASH = 5,
	PASSES = 5, /* after so many, names are looked up again */
};

static const struct resource resource;
static const struct field number_key = {.name = "", .kind = FIELD_UINT, .size = 4};
static const struct field number_value = {.name = "", .kind = FIELD_UINT, .size = 8};
static const struct field histogram_value[] = {
	{.name = "sum", .kind = FIELD_UINT, .size = 8},
	{.name = "buckets", .kind = FIELD_ARRAY, .offset = 8, .size = 16, .element_size = 8},
};

struct bench {
	struct fixture f;
	struct map_info map;
	struct table_memory memory;
	struct table table;
	struct model *model;
	struct feed *feed;
	const struct metric *metric;
	const struct snapshot *snapshot;
	enum temporality_preference preference;
	bool cut_short; /* the passes */
	uint64_t time;
};

/* "major minor blocks name" of the devices 0:1, 0:2, ... NULL: there is none. */
static void name_devices(const char *const *names, size_t count)
{
	char text[512] = "major minor #blocks name\n";

	for (size_t i = 0; i < count; i++)
		if (names[i])
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "0 %zu 1 %s\n",
				i + 1, names[i]);
	temporary_write("partitions", text, strlen(text));
}

#define NAMES(...)                                                                                 \
	name_devices((const char *const[]){__VA_ARGS__},                                           \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Whether another process goes on before each collection. */
static bool restarts;

static void make_feed(struct bench *b, uint64_t created)
{
	struct scope *scope;

	b->model = model_new(&resource);
	model_set_temporality(b->model, b->preference);
	scope = model_add_scope(b->model, "s", "1", created);
	assert_int_equal(feed_new(&b->feed, &b->f.plan.metrics[0], scope, NULL), 0);
	b->metric = scope->metrics[0];
}

/* As the book of a pack does it (app/book.h). */
static void restart(struct bench *b)
{
	struct buf marks, rows;
	struct input in;

	if (!restarts || !b->snapshot)
		return;
	buf_init(&marks, 1 << 20);
	buf_init(&rows, 1 << 20);
	marks_write(b->metric->scope, &marks);
	feed_write(b->feed, &rows);
	feed_free(b->feed);
	model_free(b->model);
	make_feed(b, b->time - 1);
	model_resume(b->model, b->time - 1);
	assert_int_equal(marks_read((struct scope *)b->metric->scope, marks.data, marks.length,
				 b->time - 1, NULL),
		0);
	in = (struct input){.at = rows.data, .end = rows.data + rows.length};
	assert_int_equal(feed_read(b->feed, &in), 0);
	assert_ptr_equal(in.at, in.end);
	buf_fini(&marks);
	buf_fini(&rows);
}

static void bench_open(struct bench *b, const char *instrument, const char *rest)
{
	const struct map_info *const maps[] = {&b->map};
	char text[1024];

	snprintf(text, sizeof(text),
		"  - {name: m, instrument: %s, unit: \"1\", description: D., map: m%s, "
		"attributes: [{name: k, decode: {majorminor: {path: /nonexistent, partitions: "
		"%s}}}]}\n",
		instrument, rest, temporary_path("partitions"));
	fixture_plan(&b->f, text, maps, 1);
	if (b->f.result)
		fail_msg("%s", b->f.err.text);
	make_feed(b, 1);
	b->time = 100;
}

static void bench_begin(struct bench *b, const char *instrument, uint32_t type, const char *rest,
	enum temporality_preference preference)
{
	bool histogram = strcmp(instrument, "histogram") == 0;

	*b = (struct bench){.preference = preference};
	b->map = (struct map_info){
		.name = "m",
		.type = type,
		.key_size = 4,
		.value_size = histogram ? 24 : 8,
		.max_entries = 100,
		.key = {4, &number_key, 1},
		.value = {8, &number_value, 1},
	};
	if (histogram)
		b->map.value = (struct layout){24, histogram_value, 2};
	bench_open(b, instrument, rest);
}

static void bench_end(struct bench *b)
{
	feed_free(b->feed);
	model_free(b->model);
	fixture_end(&b->f);
	if (b->table.info) {
		table_close(&b->table);
		table_memory_free(&b->memory);
	}
}

/* `words`: of each value. Keys are devices 0:KEY. */
static void collect_keys(
	struct bench *b, const uint32_t *keys, const uint64_t *values, size_t count, uint32_t words)
{
	bool per_cpu = b->map.type == PERCPU_HASH;
	struct batch batch = {
		.keys = (const unsigned char *)keys,
		.values = (const unsigned char *)values,
		.key_stride = 4,
		.value_stride = words * 8,
		.cpu_stride = per_cpu ? 8 : 0,
		.cpu_count = per_cpu ? words : 1,
		.count = count,
	};

	restart(b);
	model_begin(b->model, b->time++);
	feed_begin(b->feed);
	if (b->table.info)
		assert_int_equal(feed_table(b->feed, &b->table), 0);
	else
		assert_int_equal(feed_batch(b->feed, &batch), 0);
	feed_end(b->feed, !b->cut_short);
	b->snapshot = model_end(b->model);
}

/* Keys are the devices 0:1, 0:2, ... */
static void collect(struct bench *b, const uint64_t *values, size_t count, uint32_t words)
{
	static const uint32_t keys[] = {1, 2, 3, 4};

	collect_keys(b, keys, values, count, words);
}

static void collect_times(struct bench *b, int times, const uint64_t *values, size_t count)
{
	for (int i = 0; i < times; i++)
		collect(b, values, count, 1);
}

static const struct series *series_of(const struct bench *b, const char *name)
{
	for (uint32_t i = 0; i < b->metric->series_count; i++) {
		const struct series *s = &b->metric->series[i];

		if (series_is_live(b->metric, i) && !strcmp(s->attrs[0].string, name))
			return s;
	}
	return NULL;
}

static uint64_t start_of(const struct bench *b, const char *name)
{
	return series_start(b->metric, series_of(b, name));
}

static int64_t value_of(const struct bench *b, const char *name)
{
	const struct series *s = series_of(b, name);

	return s ? (int64_t)series_number(b->metric, s) : -1;
}

static void test_counts_stay_with_their_name(void **state)
{
	uint64_t values[] = {10, 20};
	struct bench b;

	(void)state;
	NAMES("old", "other");
	bench_begin(&b, "counter", HASH, "", PREFER_CUMULATIVE);
	collect_times(&b, 3, values, 2); /* 3 passes */
	NAMES("new", "other");
	values[0] = 11;
	collect(&b, values, 2, 1);
	assert_int_equal(value_of(&b, "old"), 11);
	values[0] = 13;
	collect(&b, values, 2, 1); /* this one looks */
	assert_int_equal(value_of(&b, "old"), 13);
	assert_int_equal(value_of(&b, "new"), 0);
	values[0] = 18;
	values[1] = 21;
	collect(&b, values, 2, 1);
	assert_int_equal(value_of(&b, "old"), 13);
	assert_int_equal(start_of(&b, "old"), 1);
	assert_int_equal(value_of(&b, "new"), 5);
	/* The pass before the one that looked. */
	assert_int_equal(start_of(&b, "new"), b.time - 3);
	assert_int_equal(value_of(&b, "other"), 21);
	assert_int_equal(start_of(&b, "other"), 1);
	/* Again, and back. */
	NAMES("third", "other");
	collect_times(&b, PASSES, values, 2);
	values[0] = 20;
	collect(&b, values, 2, 1);
	assert_int_equal(value_of(&b, "third"), 2);
	assert_int_equal(value_of(&b, "new"), 5);
	NAMES("old", "other");
	collect_times(&b, PASSES, values, 2);
	values[0] = 21;
	collect(&b, values, 2, 1);
	assert_int_equal(value_of(&b, "old"), 14);
	assert_int_equal(value_of(&b, "third"), 2);
	bench_end(&b);
}

/* Two devices change their names with each other; others are one series together. */
static void test_names_that_exist_already(void **state)
{
	uint64_t values[] = {100, 20, 3};
	struct bench b;

	(void)state;
	NAMES("a", "b", "b");
	bench_begin(&b, "counter", HASH, "", PREFER_CUMULATIVE);
	collect_times(&b, PASSES, values, 3);
	assert_int_equal(value_of(&b, "b"), 23);
	NAMES("b", "a", "b");
	collect_times(&b, PASSES, values, 3);
	assert_int_equal(value_of(&b, "a"), 100);
	assert_int_equal(value_of(&b, "b"), 23);
	values[0]++;
	values[1] += 5;
	values[2] += 7;
	collect(&b, values, 3, 1);
	assert_int_equal(value_of(&b, "a"), 100 + 5);
	assert_int_equal(value_of(&b, "b"), 20 + 3 + 7 + 1);
	assert_int_equal(start_of(&b, "a"), 1);
	assert_int_equal(start_of(&b, "b"), 1);
	/* 0:2 goes, and what it counted under its names: they do not go back. */
	values[1] = values[2];
	collect_keys(&b, (const uint32_t[]){1, 3}, values, 2, 1);
	assert_int_equal(value_of(&b, "a"), 100 + 5);
	assert_int_equal(value_of(&b, "b"), 20 + 3 + 7 + 1);
	assert_int_equal(start_of(&b, "b"), 1);
	bench_end(&b);
}

/* The map's entry was deleted and made again. */
static void test_an_entry_that_begins_anew(void **state)
{
	uint64_t value = 1000;
	struct bench b;

	(void)state;
	NAMES("old");
	bench_begin(&b, "counter", HASH, "", PREFER_CUMULATIVE);
	collect_times(&b, PASSES - 1, &value, 1);
	NAMES("new");
	collect(&b, &value, 1, 1);
	value = 7;
	collect(&b, &value, 1, 1);
	assert_int_equal(value_of(&b, "old"), -1);
	assert_int_equal(value_of(&b, "new"), 7);
	value = 2000;
	collect(&b, &value, 1, 1);
	assert_int_equal(value_of(&b, "new"), 2000);
	/* It goes, and what was kept for it too. */
	collect(&b, &value, 0, 1);
	collect(&b, &value, 1, 1);
	assert_int_equal(value_of(&b, "new"), 2000);
	bench_end(&b);
}

static void test_cpus(void **state)
{
	uint64_t values[] = {1, 2, 3};
	struct bench b;

	(void)state;
	NAMES("old");
	bench_begin(&b, "counter", PERCPU_HASH, "", PREFER_CUMULATIVE);
	for (int i = 0; i < PASSES; i++) {
		if (i == PASSES - 1)
			NAMES("new");
		collect(&b, values, 1, 3);
		assert_int_equal(value_of(&b, "old"), 6);
	}
	values[1] = 12;
	values[2] = 4;
	collect(&b, values, 1, 3);
	assert_int_equal(value_of(&b, "old"), 6);
	assert_int_equal(value_of(&b, "new"), 11);
	bench_end(&b);
}

/* What is there now goes along with the name. */
static void test_gauges_take_their_value_along(void **state)
{
	uint64_t value = 1000;
	struct bench b;

	(void)state;
	NAMES("old");
	bench_begin(&b, "gauge", HASH, "", PREFER_CUMULATIVE);
	collect_times(&b, PASSES - 1, &value, 1);
	assert_int_equal(value_of(&b, "old"), 1000);
	NAMES("new");
	collect(&b, &value, 1, 1);
	assert_int_equal(value_of(&b, "old"), -1);
	assert_int_equal(value_of(&b, "new"), 1000);
	bench_end(&b);
}

static void test_histograms(void **state)
{
	uint64_t value[] = {500, 3, 4}; /* sum, buckets */
	const struct series *s;
	struct bench b;

	(void)state;
	NAMES("old");
	bench_begin(&b, "histogram", HASH, ", buckets: {exp2: {first: 3}}", PREFER_CUMULATIVE);
	for (int i = 0; i < PASSES; i++) {
		if (i == PASSES - 1)
			NAMES("new");
		collect(&b, value, 1, 3);
	}
	assert_int_equal(series_of(&b, "old")->histogram.count, 7);
	value[0] = 520;
	value[2] = 6;
	collect(&b, value, 1, 3);
	s = series_of(&b, "new");
	assert_non_null(s);
	assert_int_equal(s->histogram.count, 2);
	assert_int_equal(s->histogram.sum, 20);
	assert_int_equal(s->histogram.buckets[0], 0);
	assert_int_equal(s->histogram.buckets[1], 2);
	s = series_of(&b, "old");
	assert_non_null(s);
	assert_int_equal(s->histogram.count, 7);
	assert_int_equal(s->histogram.sum, 500);
	bench_end(&b);
}

static void bench_begin_slots(struct bench *b, const char *instrument, uint32_t count)
{
	slots_make(&b->memory, 5, 8);
	b->map = b->memory.info;
	assert_int_equal(table_open(&b->table, &b->memory.info, NULL), 0);
	bench_open(b, instrument, "");
	for (uint32_t i = 1; i <= count; i++)
		slot_publish(&b->memory, i, i);
}

static void test_slots(void **state)
{
	struct bench b = {0};

	(void)state;
	NAMES("old", "other");
	bench_begin_slots(&b, "counter", 2);
	*slot_words(&b.memory, 1) = 10;
	*slot_words(&b.memory, 2) = 20;
	collect_times(&b, PASSES - 1, NULL, 0);
	NAMES("new", "other");
	collect(&b, NULL, 0, 0);
	assert_int_equal(value_of(&b, "old"), 10);
	*slot_words(&b.memory, 1) = 15;
	collect(&b, NULL, 0, 0);
	assert_int_equal(value_of(&b, "old"), 10);
	assert_int_equal(value_of(&b, "new"), 5);
	*slot_words(&b.memory, 1) = 16;
	collect(&b, NULL, 0, 0);
	assert_int_equal(value_of(&b, "new"), 6);
	assert_int_equal(value_of(&b, "other"), 20);
	/* The slot goes to another key: what was kept is not its. */
	slot_publish(&b.memory, 1, 3);
	NAMES("new", "other", "third");
	*slot_words(&b.memory, 1) = 100;
	collect(&b, NULL, 0, 0);
	assert_int_equal(value_of(&b, "third"), 100);
	assert_int_equal(value_of(&b, "old"), -1);
	bench_end(&b);
}

/* A receiver that accepts some exports. */
static void deliver(struct bench *b, int64_t *received)
{
	const struct snapshot_place first = {0};

	for (uint32_t i = 0; i < b->metric->series_count; i++) {
		const struct series *s = &b->metric->series[i];

		if (!series_is_live(b->metric, i))
			continue;
		if (b->metric->temporality == TEMPORALITY_DELTA)
			received[s->attrs[0].string[0] - 'a'] += (int64_t)series_number(
				b->metric, s);
		else
			received[s->attrs[0].string[0] - 'a'] = (int64_t)series_number(
				b->metric, s);
	}
	model_acknowledge(
		b->model, &first, &(struct snapshot_place){.scope = b->snapshot->scope_count});
}

static void name_at_random(unsigned int *seed)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	const char *given[4];

	for (int i = 0; i < 4; i++) {
		*seed = *seed * 1103515245 + 12345;
		given[i] = names[(*seed >> 16) % 5];
	}
	name_devices(given, 4);
}

/* Whatever they are called, whoever listens and whichever pass fails: the names together have what
 * the devices counted, and no name goes back. */
static void check_totals(enum temporality_preference preference, bool slots)
{
	uint64_t values[4] = {0}, truth = 0;
	int64_t received[5] = {0};
	struct bench b = {.preference = preference};
	unsigned int seed = 7;

	NAMES("a", "b", "c", "a");
	if (slots)
		bench_begin_slots(&b, "counter", 4);
	else
		bench_begin(&b, "counter", HASH, "", preference);
	for (int pass = 1; pass <= 600; pass++) {
		int64_t sum = 0, before = received[0];

		for (int i = 0; i < 4; i++) {
			seed = seed * 1103515245 + 12345;
			values[i] += seed >> 16 & 0xff;
			if (slots)
				*slot_words(&b.memory, (uint32_t)i + 1) = values[i];
		}
		if (pass % 7 == 0)
			name_at_random(&seed);
		b.cut_short = pass % 600 && (seed >> 20) % 3 == 0;
		collect(&b, values, 4, 1);
		if (b.cut_short || (pass % 600 && (seed >> 22) % 2))
			continue;
		deliver(&b, received);
		truth = values[0] + values[1] + values[2] + values[3];
		for (int i = 0; i < 5; i++)
			sum += received[i];
		assert_int_equal(sum, truth);
		assert_true(received[0] >= before);
	}
	assert_true(truth > 100000);
	bench_end(&b);
}

static void test_totals_cumulative(void **state)
{
	(void)state;
	check_totals(PREFER_CUMULATIVE, false);
	check_totals(PREFER_CUMULATIVE, true);
}

static void test_totals_delta(void **state)
{
	(void)state;
	check_totals(PREFER_DELTA, false);
	check_totals(PREFER_DELTA, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_stay_with_their_name),
		cmocka_unit_test(test_names_that_exist_already),
		cmocka_unit_test(test_an_entry_that_begins_anew),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_gauges_take_their_value_along),
		cmocka_unit_test(test_histograms),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_totals_cumulative),
		cmocka_unit_test(test_totals_delta),
	};

	int failed = cmocka_run_group_tests(tests, temporary_make, temporary_remove);

	restarts = true;
	return failed +
	       cmocka_run_group_tests_name("restarts", tests, temporary_make, temporary_remove);
}
