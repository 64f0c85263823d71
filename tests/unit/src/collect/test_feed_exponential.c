/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "collect/feed_private.h"
#include "src/collect/fixture.h"
#include "src/collect/table_memory.h"
#include "test.h"

enum {
	OCTAVES = 65,
	FINE = 20 * 32, /* scale 5, octaves 10 to 29: 1000 ns to 1 s */
	BUCKETS = FINE + OCTAVES,
	SUM = 0,
	ZERO_COUNT,
	MAX,
	INVERSE_MIN,
	FIRST_BUCKET,
};

static const struct resource resource;
static const struct field fields[] = {
	{.name = "extent.sum", .kind = FIELD_UINT, .offset = 0, .size = 8},
	{.name = "extent.zero_count", .kind = FIELD_UINT, .offset = 8, .size = 8},
	{.name = "extent.max", .kind = FIELD_UINT, .offset = 16, .size = 8},
	{.name = "extent.inverse_min", .kind = FIELD_UINT, .offset = 24, .size = 8},
	{.name = "buckets",
		.kind = FIELD_ARRAY,
		.offset = 32,
		.size = BUCKETS * 8,
		.element_size = 8},
};

struct bench {
	struct table_memory memory;
	struct table table;
	struct fixture f;
	struct model *model;
	struct feed *feed;
	const struct metric *metric;
	uint64_t *words; /* of slot 1 */
	uint64_t time;
};

static void bench_begin(struct bench *b, const char *unit)
{
	const struct map_info *const maps[] = {&b->memory.info};
	struct scope *scope;
	char text[512];

	slots_make(&b->memory, 2, (FIRST_BUCKET + BUCKETS) * 8);
	b->memory.info.value = (struct layout){(FIRST_BUCKET + BUCKETS) * 8, fields, 5};
	b->memory.info.table.scale = 5;
	b->memory.info.table.first_octave = 10;
	b->memory.info.table.divisor = 1000000000;
	snprintf(text, sizeof(text),
		"  - {name: m, instrument: exponential_histogram, description: D., map: m, "
		"max_size: 200, %s}\n",
		unit);
	fixture_plan(&b->f, text, maps, 1);
	if (b->f.result)
		fail_msg("%s", b->f.err.text);
	assert_int_equal(table_open(&b->table, &b->memory.info, NULL), 0);
	b->model = model_new(&resource);
	scope = model_add_scope(b->model, "s", "1", 1);
	assert_int_equal(feed_new(&b->feed, &b->f.plan.metrics[0], scope, NULL), 0);
	b->metric = scope->metrics[0];
	b->time = 100;
	slot_publish(&b->memory, 1, 5);
	b->words = slot_words(&b->memory, 1);
}

static void bench_end(struct bench *b)
{
	feed_free(b->feed);
	model_free(b->model);
	fixture_end(&b->f);
	table_close(&b->table);
	table_memory_free(&b->memory);
}

static const struct exponential *collect(struct bench *b)
{
	model_begin(b->model, b->time++);
	feed_begin(b->feed);
	assert_int_equal(feed_table(b->feed, &b->table), 0);
	feed_end(b->feed, true);
	model_end(b->model);
	assert_int_equal(b->metric->series_count, 1);
	return b->metric->series[0].exponential;
}

/* What the kernel writes for these values, see tests/bpf/test_otel.c. */
static void record(struct bench *b, uint64_t value, unsigned int bucket)
{
	b->words[SUM] += value;
	if (value > b->words[MAX])
		b->words[MAX] = value;
	if (~value > b->words[INVERSE_MIN])
		b->words[INVERSE_MIN] = ~value;
	b->words[FIRST_BUCKET + bucket]++;
}

static void test_inside(void **state)
{
	const struct exponential *found;
	struct bench b;

	(void)state;
	bench_begin(&b, "unit: s, measured_in: ns");
	found = collect(&b);
	assert_int_equal(found->count, 0);
	record(&b, 1000000000, FINE - 1); /* 1 s: the upper bound of index -1 */
	record(&b, 500000000, FINE - 33);
	b.words[ZERO_COUNT] = 0;
	found = collect(&b);
	assert_int_equal(found->scale, 5);
	assert_int_equal(found->offset, exponential_index(0.5, 5));
	assert_int_equal(found->bucket_count, 33);
	assert_int_equal(found->buckets[0], 1);
	assert_int_equal(found->buckets[32], 1);
	assert_int_equal(found->offset + 32, exponential_index(1, 5));
	assert_int_equal(found->sum, 1500000000);
	assert_int_equal(found->min, 500000000);
	assert_int_equal(found->max, 1000000000);
	b.words[ZERO_COUNT] = 3;
	found = collect(&b);
	assert_int_equal(found->zero_count, 3);
	assert_int_equal(found->count, 5);
	bench_end(&b);
}

/* Values of which only the octave is known bring everything to scale 0; nothing is lost. */
static void test_outside(void **state)
{
	const struct exponential *found;
	struct bench b;

	(void)state;
	bench_begin(&b, "unit: s, measured_in: ns");
	record(&b, UINT64_C(3000000000), FINE + 31); /* 3 s: index 1 */
	found = collect(&b);
	assert_int_equal(found->scale, 0);
	assert_int_equal(found->offset, 1);
	assert_int_equal(found->sum, UINT64_C(3000000000));
	assert_int_equal(found->min, UINT64_C(3000000000));
	record(&b, 1000000000, FINE - 1);
	record(&b, 1, FINE + 0);
	found = collect(&b);
	assert_int_equal(found->scale, 0);
	assert_int_equal(found->offset, exponential_index(1e-9, 0));
	assert_int_equal(found->offset + (int32_t)found->bucket_count - 1, 1);
	assert_int_equal(found->count, 3);
	assert_int_equal(found->sum, UINT64_C(4000000001));
	assert_int_equal(found->min, 1);
	assert_int_equal(found->max, UINT64_C(3000000000));
	bench_end(&b);
}

static void test_half_recorded(void **state)
{
	const struct exponential *found;
	struct bench b;

	(void)state;
	bench_begin(&b, "unit: s, measured_in: ns");
	record(&b, 500000000, FINE - 33);
	/* Sum and extremes of an event whose bucket is not there yet. */
	b.words[SUM] += 900000000;
	b.words[MAX] = 900000000;
	found = collect(&b);
	assert_int_equal(found->count, 1);
	assert_int_equal(found->max, 500000000);
	assert_int_equal(found->sum, 500000000);
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_half_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
