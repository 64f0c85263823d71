/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed_private.h"

#include <stdio.h>
#include <string.h>

#include "src/collect/fixture.h"
#include "test.h"

enum {
	HASH = 1,
	PERCPU_HASH = 5,
};

struct key {
	uint32_t kind, bucket;
};

static const struct resource resource;

struct bench {
	struct fixture f;
	struct map_info map;
	struct model *model;
	struct feed *feed;
	const struct metric *metric;
	uint64_t time;
};

static void bench_begin(struct bench *b, uint32_t type, const char *buckets, const char *decoders)
{
	const struct map_info *const maps[] = {&b->map};
	struct scope *scope;
	char text[1024];

	b->map = (struct map_info){
		.name = "h",
		.type = type,
		.key_size = sizeof(struct key),
		.value_size = 8,
		.max_entries = 100,
	};
	snprintf(text, sizeof(text),
		"metrics: {histograms: [{name: h, help: H., %s, labels: [{name: kind, size: 4, "
		"decoders: [{name: uint}]}, {name: bucket, size: 4, decoders: [%s]}]}]}",
		buckets, decoders);
	fixture_plan_file(&b->f, text, maps, 1);
	if (b->f.result)
		fail_msg("%s", b->f.err.text);
	b->model = model_new(&resource);
	scope = model_add_scope(b->model, "s", "", 1);
	assert_int_equal(feed_new(&b->feed, &b->f.plan.metrics[0], scope, NULL), 0);
	b->metric = scope->metrics[0];
	b->time = 100;
}

static void bench_end(struct bench *b)
{
	feed_free(b->feed);
	model_free(b->model);
	fixture_end(&b->f);
}

/* One collection, in batches of `split` rows, with `cpus` values each (0: not per CPU). */
static void collect(struct bench *b, const struct key *keys, const uint64_t *values, size_t count,
	size_t split, uint32_t cpus)
{
	model_begin(b->model, b->time++);
	feed_begin(b->feed);
	for (size_t i = 0; i < count; i += split) {
		struct batch batch = {
			.keys = (const unsigned char *)&keys[i],
			.values = (const unsigned char *)&values[i * (cpus ? cpus : 1)],
			.key_stride = sizeof(*keys),
			.value_stride = 8 * (cpus ? cpus : 1),
			.cpu_stride = cpus ? 8 : 0,
			.cpu_count = cpus ? cpus : 1,
			.count = count - i < split ? count - i : split,
		};

		assert_int_equal(feed_batch(b->feed, &batch), 0);
	}
	feed_end(b->feed, true);
	model_end(b->model);
}

static const struct series *find(const struct bench *b, const char *kind)
{
	for (uint32_t i = 0; i < b->metric->series_count; i++) {
		const struct series *s = &b->metric->series[i];

		if (series_is_live(b->metric, i) && s->attr_count == 1 &&
			!strcmp(s->attrs[0].string, kind))
			return s;
	}
	fail_msg("there is no series %s", kind);
	return NULL;
}

static void expect(const struct bench *b, const char *kind, uint64_t sum, const uint64_t *buckets)
{
	const struct histogram *histogram = &find(b, kind)->histogram;
	uint64_t count = 0;

	for (uint32_t i = 0; i <= b->metric->desc.bound_count; i++) {
		assert_int_equal(histogram->buckets[i], buckets[i]);
		count += buckets[i];
	}
	assert_int_equal(histogram->count, count);
	assert_int_equal(histogram->sum, sum);
}

static const char exp2_buckets[] = "bucket_type: exp2, bucket_max: 3, bucket_multiplier: 1e-6";
static const char uint_decoder[] = "{name: uint}";

static void rows_become_histograms(void **state)
{
	/* In any order, as a hash map has them; the sum first, in another batch than its buckets.
	 */
	static const struct key keys[] = {{1, 4}, {2, 0}, {1, 2}, {1, 0}, {2, 4}, {1, 3}, {1, 1}};
	static const uint64_t values[] = {300, 5, 20, 1, 0, 30, 10};
	static const struct key fewer[] = {{2, 0}};
	static const uint64_t six[] = {6};
	struct bench b;

	(void)state;
	for (size_t split = 1; split <= 7; split++) {
		bench_begin(&b, HASH, exp2_buckets, uint_decoder);
		for (int turn = 0; turn < 3; turn++) {
			collect(&b, keys, values, 7, split, 0);
			expect(&b, "1", 300, (const uint64_t[]){1, 10, 20, 30});
			expect(&b, "2", 0, (const uint64_t[]){5, 0, 0, 0});
		}
		collect(&b, fewer, six, 1, 1, 0);
		expect(&b, "2", 0, (const uint64_t[]){6, 0, 0, 0});
		assert_int_equal(feed_rows(b.feed), 1);
		for (uint32_t i = 0; i < b.metric->series_count; i++)
			assert_int_equal(
				series_is_live(b.metric, i), &b.metric->series[i] == find(&b, "2"));
		bench_end(&b);
	}
}

static void sums_are_whole_numbers(void **state)
{
	static const struct key keys[] = {{1, 0}, {1, 4}};
	static const uint64_t values[] = {1, (UINT64_C(1) << 53) + 1};
	struct bench b;

	(void)state;
	bench_begin(&b, HASH, "bucket_type: exp2, bucket_max: 3", uint_decoder);
	collect(&b, keys, values, 2, 2, 0);
	expect(&b, "1", (UINT64_C(1) << 53) + 1, (const uint64_t[]){1, 0, 0, 0});
	bench_end(&b);
	bench_begin(
		&b, HASH, "bucket_type: exp2, bucket_max: 3, bucket_multiplier: 2.5", uint_decoder);
	assert_true(metric_to_double(b.metric, 1000) == 2500);
	bench_end(&b);
}

static void every_type(void **state)
{
	static const struct {
		const char *buckets;
		struct key keys[5];
		uint64_t expected[5], sum;
	} cases[] = {
		/* Numbers outside count where their values are: above all bounds, or below the
		   first. */
		{"bucket_type: exp2, bucket_min: 2, bucket_max: 4",
			{{1, 1}, {1, 3}, {1, 4}, {1, 5}, {1, 6}}, {1, 2, 4 + 16}, 8},
		{"bucket_type: exp2zero, bucket_max: 3", {{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 4}},
			{1, 2, 4, 8}, 16},
		{"bucket_type: linear, bucket_max: 2, bucket_multiplier: 50",
			{{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 9}}, {1, 2, 4 + 16}, 8},
		{"bucket_type: fixed, bucket_keys: [10, 100, 1000]",
			{{1, 10}, {1, 50}, {1, 1000}, {1, 1001}, {1, 2000}}, {1, 2, 4, 16}, 8},
	};
	static const uint64_t values[] = {1, 2, 4, 8, 16};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bench b;

		bench_begin(&b, HASH, cases[i].buckets, uint_decoder);
		collect(&b, cases[i].keys, values, 5, 5, 0);
		expect(&b, "1", cases[i].sum, cases[i].expected);
		bench_end(&b);
	}
}

static void cpus_are_summed(void **state)
{
	static const struct key keys[] = {{1, 0}, {1, 4}};
	static const uint64_t values[] = {1, 2, 3, 10, 0, 5};
	struct bench b;

	(void)state;
	bench_begin(&b, PERCPU_HASH, exp2_buckets, uint_decoder);
	collect(&b, keys, values, 2, 1, 3);
	expect(&b, "1", 15, (const uint64_t[]){6, 0, 0, 0});
	bench_end(&b);
}

static void what_is_no_bucket_costs_only_itself(void **state)
{
	static const struct key keys[] = {{1, 7}, {1, 2}, {2, 8}};
	static const uint64_t values[] = {100, 1, 100};
	const char *text;
	struct bench b;

	(void)state;
	bench_begin(&b, HASH, exp2_buckets,
		"{name: uint}, {name: static_map, static_map: {7: seven, 8: \"-8\"}, "
		"allow_unknown: true}");
	for (int turn = 0; turn < 2; turn++) {
		collect(&b, keys, values, 3, 3, 0);
		expect(&b, "1", 0, (const uint64_t[]){0, 0, 1, 0});
	}
	assert_int_equal(feed_undecodable(b.feed, &text), 2);
	assert_string_equal(text, "bucket: what is in the key is no number of a bucket");
	bench_end(&b);
}

static void many_series_keep_apart(void **state)
{
	struct key keys[300];
	uint64_t values[300];
	struct bench b;

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		keys[i] = (struct key){i / 2, i % 2 ? 4 : i % 3};
		values[i] = i + 1;
	}
	bench_begin(&b, HASH, exp2_buckets, uint_decoder);
	for (int turn = 0; turn < 2; turn++) {
		collect(&b, keys, values, 300, 7, 0);
		for (uint32_t kind = 0; kind < 150; kind++) {
			uint64_t expected[4] = {0};
			char name[16];

			expected[kind * 2 % 3] = kind * 2 + 1;
			snprintf(name, sizeof(name), "%u", kind);
			expect(&b, name, kind * 2 + 2, expected);
		}
	}
	bench_end(&b);
}

static void a_pass_cut_short_changes_nothing(void **state)
{
	static const struct key keys[] = {{1, 0}, {1, 4}};
	static const uint64_t values[] = {2, 3};
	struct batch batch = {
		.keys = (const unsigned char *)keys,
		.values = (const unsigned char *)values,
		.key_stride = sizeof(*keys),
		.value_stride = 8,
		.cpu_count = 1,
		.count = 2,
	};
	struct bench b;

	(void)state;
	bench_begin(&b, HASH, exp2_buckets, uint_decoder);
	collect(&b, keys, values, 2, 2, 0);
	model_begin(b.model, b.time++);
	feed_begin(b.feed);
	assert_int_equal(feed_batch(b.feed, &batch), 0);
	feed_end(b.feed, false);
	model_end(b.model);
	assert_false(series_is_live(b.metric, 0));
	collect(&b, keys, values, 2, 2, 0);
	expect(&b, "1", 3, (const uint64_t[]){2, 0, 0, 0});
	assert_int_equal(b.metric->starts[0], 1);
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_become_histograms),
		cmocka_unit_test(sums_are_whole_numbers),
		cmocka_unit_test(every_type),
		cmocka_unit_test(cpus_are_summed),
		cmocka_unit_test(what_is_no_bucket_costs_only_itself),
		cmocka_unit_test(many_series_keep_apart),
		cmocka_unit_test(a_pass_cut_short_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
