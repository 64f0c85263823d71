/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "collect/feed.h"
#include "src/collect/fixture.h"
#include "src/collect/table_memory.h"
#include "test.h"

enum {
	OCTAVES = 65,
	FIRST = 10,
	FINE_OCTAVES = 20, /* 1000 ns to 1 s */
	SCALE = 5,
	FINE = FINE_OCTAVES << SCALE,
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

static void plan(struct bench *b, const char *boundaries)
{
	const struct map_info *const maps[] = {&b->memory.info};
	char text[512];

	slots_make(&b->memory, 2, (FIRST_BUCKET + BUCKETS) * 8);
	b->memory.info.value = (struct layout){(FIRST_BUCKET + BUCKETS) * 8, fields, 5};
	b->memory.info.table.scale = SCALE;
	b->memory.info.table.first_octave = FIRST;
	b->memory.info.table.divisor = 1000000000;
	snprintf(text, sizeof(text),
		"  - {name: m, instrument: histogram, description: D., map: m, unit: s, "
		"measured_in: ns%s}\n",
		boundaries);
	fixture_plan(&b->f, text, maps, 1);
}

static void plan_end(struct bench *b)
{
	fixture_end(&b->f);
	table_memory_free(&b->memory);
}

static void bench_begin(
	struct bench *b, const char *boundaries, enum temporality_preference preference)
{
	struct scope *scope;

	plan(b, boundaries);
	if (b->f.result)
		fail_msg("%s", b->f.err.text);
	assert_int_equal(table_open(&b->table, &b->memory.info, NULL), 0);
	b->model = model_new(&resource);
	model_set_temporality(b->model, preference);
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
	table_close(&b->table);
	plan_end(b);
}

static const struct snapshot *collect(struct bench *b)
{
	model_begin(b->model, b->time++);
	feed_begin(b->feed);
	assert_int_equal(feed_table(b->feed, &b->table), 0);
	feed_end(b->feed, true);
	return model_end(b->model);
}

#define NANOSECONDS UINT64_C(1000000000)

static void test_merged(void **state)
{
	const struct histogram *found;
	struct bench b;

	(void)state;
	bench_begin(&b, ", buckets: {boundaries: [0, 0.0009765625, 0.5, 1, 4]}", PREFER_CUMULATIVE);
	assert_int_equal(b.metric->desc.instrument, INSTRUMENT_HISTOGRAM);
	assert_int_equal(b.metric->desc.bound_count, 5);
	assert_true(b.metric->desc.bounds[1] == 0.0009765625);
	b.words[SUM] = 7 * NANOSECONDS + 1;
	b.words[ZERO_COUNT] = 2;
	b.words[FIRST_BUCKET + FINE + 0] = 3;	/* up to 1 ns */
	b.words[FIRST_BUCKET + 0] = 4;		/* the first with detail */
	b.words[FIRST_BUCKET + FINE - 32] = 5;	/* the first above 0.5 s */
	b.words[FIRST_BUCKET + FINE - 33] = 6;	/* the last up to 0.5 s */
	b.words[FIRST_BUCKET + FINE - 1] = 7;	/* the last up to 1 s */
	b.words[FIRST_BUCKET + FINE + 30] = 8;	/* 1 s to 2 s: octave 30 */
	b.words[FIRST_BUCKET + FINE + 31] = 9;	/* 2 s to 4 s */
	b.words[FIRST_BUCKET + FINE + 32] = 10; /* above 4 s */
	b.words[FIRST_BUCKET + BUCKETS - 1] = 11;
	collect(&b);
	found = &b.metric->series[0].histogram;
	assert_int_equal(found->buckets[0], 2);
	assert_int_equal(found->buckets[1], 3 + 4);
	assert_int_equal(found->buckets[2], 6);
	assert_int_equal(found->buckets[3], 5 + 7);
	assert_int_equal(found->buckets[4], 8 + 9);
	assert_int_equal(found->buckets[5], 10 + 11);
	assert_int_equal(found->count, 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11);
	assert_int_equal(found->sum, 7 * NANOSECONDS + 1);
	bench_end(&b);
}

/* Every bucket of the map counts once, whatever the boundaries; also as deltas that add up. */
static void test_totals_are_conserved(void **state)
{
	static const char *const boundaries[] = {"[]", "[0]", "[0.0009765625]",
		"[1e-9, 0.000997946, 0.001019798, 0.03125, 2, 1e11]"};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(boundaries); i++) {
		uint64_t expected = 0, delivered = 0, sum = 0;
		bool delta = i % 2;
		struct bench b;
		char text[128];

		snprintf(text, sizeof(text), ", buckets: {boundaries: %s}", boundaries[i / 2]);
		bench_begin(&b, text, delta ? PREFER_DELTA : PREFER_CUMULATIVE);
		for (int round = 0; round < 5; round++) {
			const struct snapshot *snapshot;
			const struct snapshot_place from = {0}, to = {.scope = 1};

			for (size_t n = 0; n < BUCKETS; n++) {
				uint64_t more = (seed = seed * 69069 + 1) >> 16 & 3;

				b.words[FIRST_BUCKET + n] += more;
				expected += more;
			}
			b.words[ZERO_COUNT]++;
			b.words[SUM] += 1000;
			expected++;
			snapshot = collect(&b);
			if (!delta)
				delivered = sum = 0;
			delivered += b.metric->series[0].histogram.count;
			sum += b.metric->series[0].histogram.sum;
			model_acknowledge(b.model, &from, &to);
			assert_int_equal(snapshot->scope_count, 1);
		}
		assert_int_equal(delivered, expected);
		assert_int_equal(sum, 5000);
		bench_end(&b);
	}
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *boundaries, *message;
	} cases[] = {
		{", buckets: {boundaries: [0.001]}",
			"metric m: found the boundary 0.001, expected one where a bucket of map m "
			"ends; the nearest are 0.000997946 and 0.001019798"},
		{", buckets: {boundaries: [3]}",
			"found the boundary 3, expected one where a bucket of map m ends; the "
			"nearest are 2 and 4"},
		{", buckets: {boundaries: [0.000976563]}",
			"the nearest are 0.000976562 and 0.000997946"},
		{", buckets: {boundaries: [1, 3, 5]}", "found the boundary 5"},
		{", buckets: {exp2: {first: 1}}", "the map is an exponential histogram"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bench b;

		plan(&b, cases[i].boundaries);
		assert_int_not_equal(b.f.result, 0);
		if (!strstr(b.f.err.text, cases[i].message))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].message, b.f.err.text);
		if (strstr(cases[i].boundaries, "["))
			assert_non_null(strstr(b.f.err.text, "pack.yaml:4:"));
		plan_end(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_totals_are_conserved),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
