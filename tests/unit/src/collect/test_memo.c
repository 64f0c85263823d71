/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/memo.h"

#include <string.h>

#include "collect/feed.h"
#include "src/collect/fixture.h"
#include "test.h"

static void test_memos(void **state)
{
	struct memos memos = {.width = 3};
	uint32_t numbers[100];

	(void)state;
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 100; i++) {
			numbers[i] = memo_new(&memos);
			assert_int_not_equal(numbers[i], 0);
			for (size_t w = 0; w < 3; w++) {
				assert_int_equal(memo_words(&memos, numbers[i])[w], 0);
				memo_words(&memos, numbers[i])[w] = i * 3 + w;
			}
		}
		for (uint32_t i = 0; i < 100; i++) {
			for (size_t w = 0; w < 3; w++)
				assert_int_equal(memo_words(&memos, numbers[i])[w], i * 3 + w);
			memo_free(&memos, numbers[i]);
		}
	}
	/* What was given back was given out again. */
	assert_int_equal(memos.count, 100);
	memos_fini(&memos);
	memos_fini(&memos);
}

/*
 * Rows that are evicted, come back and count anew, several of them one series: what is acknowledged
 * is what was read, row by row.
 */
enum {
	ROWS = 20,
	WORDS = 6, /* of a row's value; a histogram: count, sum, 4 buckets */
	PASSES = 3000,
};

struct row {
	uint32_t key[2];
	bool present;
	uint64_t value[WORDS], last[WORDS];
};

struct world {
	struct fixture f;
	struct model *model;
	struct metric *metric;
	struct feed *feed;
	struct row rows[ROWS];
	uint64_t random, time;
	size_t width;	/* words of a value */
	bool by_bucket; /* a row is one bucket, which key[1] names, or the sum */
	/* Of all series: a number has one bucket. */
	uint64_t truth[WORDS], got[WORDS];
};

static const struct resource resource;

static uint64_t below(struct world *world, uint64_t n)
{
	world->random = world->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (world->random >> 33) % n;
}

static void world_init(struct world *world, const struct map_info *map, const char *text)
{
	struct scope *scope;

	*world = (struct world){.random = 11, .time = 100, .width = map->value_size / 8};
	fixture_plan_file(&world->f, text, &map, 1);
	if (world->f.result)
		fail_msg("%s", world->f.err.text);
	world->model = model_new(&resource);
	model_set_temporality(world->model, PREFER_DELTA);
	scope = model_add_scope(world->model, "s", "1", 1);
	assert_int_equal(feed_new(&world->feed, &world->f.plan.metrics[0], scope, NULL), 0);
	world->metric = scope->metrics[0];
}

static void world_fini(struct world *world)
{
	feed_free(world->feed);
	model_free(world->model);
	fixture_end(&world->f);
}

/* An entry that has no less than before looks as if it had never been away. */
static void make_visible(const struct world *world, struct row *row)
{
	for (size_t w = 0; w < world->width; w++) {
		if (row->value[w] < row->last[w])
			return;
	}
	memset(row->value, 0, sizeof(row->value));
}

static void run_kernel(struct world *world)
{
	for (int i = 0; i < ROWS; i++) {
		struct row *row = &world->rows[i];
		bool anew = !below(world, 10);

		if (anew) {
			/* What is left of a series that has a sum and no bucket is no point. */
			row->present = below(world, 4) || (world->by_bucket && row->key[1] == 4);
			memset(row->value, 0, sizeof(row->value));
		}
		if (world->width == 1) {
			row->value[0] += below(world, 50);
		} else {
			row->value[1] += below(world, 1000);
			row->value[2 + below(world, 4)] += 1 + below(world, 50);
		}
		if (anew)
			make_visible(world, row);
	}
}

/* Where word `w` of a row's value counts. */
static size_t place_of(const struct world *world, const struct row *row, size_t w)
{
	return world->by_bucket ? row->key[1] : w;
}

static void read_row(struct world *world, struct row *row)
{
	struct batch batch = {
		.keys = (const unsigned char *)row->key,
		.values = (const unsigned char *)row->value,
		.key_stride = sizeof(row->key),
		.value_stride = world->width * 8,
		.cpu_count = 1,
		.count = 1,
	};
	bool anew = false;

	assert_int_equal(feed_batch(world->feed, &batch), 0);
	for (size_t w = 0; w < world->width; w++)
		anew |= row->value[w] < row->last[w];
	if (anew)
		memset(row->last, 0, sizeof(row->last));
	for (size_t w = 0; w < world->width; w++)
		world->truth[place_of(world, row, w)] += row->value[w] - row->last[w];
	memcpy(row->last, row->value, sizeof(row->last));
}

static void pass(struct world *world, bool fails)
{
	uint64_t end = fails ? below(world, ROWS) : ROWS;

	model_begin(world->model, world->time += 10);
	feed_begin(world->feed);
	for (uint64_t i = 0; i < end; i++) {
		if (world->rows[i].present)
			read_row(world, &world->rows[i]);
	}
	feed_end(world->feed, !fails);
	for (int i = 0; !fails && i < ROWS; i++) {
		if (!world->rows[i].present)
			memset(world->rows[i].last, 0, sizeof(world->rows[i].last));
	}
}

static void deliver(struct world *world)
{
	const struct snapshot *snapshot = model_end(world->model);
	const struct snapshot_place first = {0}, end = {.scope = snapshot->scope_count};
	bool is_histogram = world->metric->desc.instrument == INSTRUMENT_HISTOGRAM;

	if (below(world, 2))
		return;
	for (uint32_t i = 0; i < world->metric->series_count; i++) {
		const struct series *series = &world->metric->series[i];
		size_t sum = world->by_bucket ? world->metric->desc.bound_count + 1 : 1;
		size_t buckets = world->by_bucket ? 0 : 2;

		if (!series_is_live(world->metric, i))
			continue;
		if (!is_histogram) {
			assert_true(world->metric->numbers[i] < 1000000);
			world->got[0] += world->metric->numbers[i];
			continue;
		}
		world->got[sum] += series->histogram.sum;
		for (uint32_t b = 0; b <= world->metric->desc.bound_count; b++) {
			assert_true(series->histogram.buckets[b] < 1000000);
			world->got[buckets + b] += series->histogram.buckets[b];
		}
	}
	model_acknowledge(world->model, &first, &end);
}

static void run(struct world *world)
{
	for (int i = 0; i < PASSES; i++) {
		run_kernel(world);
		pass(world, !below(world, 10));
		deliver(world);
	}
	/* At the end an event in each row, so that no sum waits for one, and all is delivered. */
	for (int i = 0; i < ROWS; i++) {
		world->rows[i].present = true;
		world->rows[i].value[world->width - 1]++;
	}
	for (int i = 0; i < 64; i++) {
		pass(world, false);
		deliver(world);
	}
	for (size_t w = 0; w < WORDS; w++) {
		if (world->got[w] != world->truth[w])
			fail_msg("word %zu: delivered %llu, the truth is %llu", w,
				(unsigned long long)world->got[w],
				(unsigned long long)world->truth[w]);
	}
	assert_true(world->truth[world->width == 1 ? 0 : 2] > 0);
}

static const struct field key_fields[] = {{.name = "a", .kind = FIELD_UINT, .size = 4},
	{.name = "b", .kind = FIELD_UINT, .offset = 4, .size = 4}};
static const struct field number = {.name = "", .kind = FIELD_UINT, .size = 8};
static const struct field histogram[] = {
	{.name = "count", .kind = FIELD_UINT, .offset = 0, .size = 8},
	{.name = "sum", .kind = FIELD_UINT, .offset = 8, .size = 8},
	{.name = "buckets", .kind = FIELD_ARRAY, .offset = 16, .size = 32, .element_size = 8},
};

static struct map_info make_map(const struct field *value, size_t fields, uint32_t size)
{
	return (struct map_info){
		.name = "m",
		.type = 9, /* LRU_HASH */
		.key_size = 8,
		.value_size = size,
		.max_entries = ROWS,
		.key = {8, key_fields, 2},
		.value = {size, value, fields},
	};
}

/* Each series has several rows. */
static void make_keys(struct world *world, uint32_t series)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		world->rows[i].key[0] = i % series;
		world->rows[i].key[1] = i / series;
	}
}

#define METRIC(rest)                                                                               \
	"version: 1.0.0\ndescription: A test.\nmetrics:\n  - {name: m, unit: \"1\", "              \
	"description: D., map: m, attributes: [{name: k, field: a}], " rest "}\n"

static void test_numbers(void **state)
{
	struct map_info map = make_map(&number, 1, 8);
	struct world world;

	(void)state;
	world_init(&world, &map, METRIC("instrument: counter"));
	make_keys(&world, 3);
	run(&world);
	world_fini(&world);
}

static void test_histograms(void **state)
{
	struct map_info map = make_map(histogram, 3, 48);
	struct world world;

	(void)state;
	world_init(&world, &map, METRIC("instrument: histogram, buckets: {exp2: {first: 0}}"));
	make_keys(&world, 3);
	run(&world);
	world_fini(&world);
}

static void test_rows_that_are_buckets(void **state)
{
	struct map_info map = make_map(NULL, 0, 8);
	struct world world;

	(void)state;
	map.key.field_count = 0;
	world_init(&world, &map,
		"metrics: {histograms: [{name: m, help: H., bucket_type: exp2, bucket_max: 3, "
		"labels: [{name: kind, size: 4, decoders: [{name: uint}]}, {name: bucket, size: 4, "
		"decoders: [{name: uint}]}]}]}");
	world.by_bucket = true;
	make_keys(&world, 4);
	run(&world);
	world_fini(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memos),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_histograms),
		cmocka_unit_test(test_rows_that_are_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
