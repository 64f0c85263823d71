/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/feed.h"

#include <stdio.h>
#include <string.h>

#include "src/collect/fixture.h"
#include "test.h"

static const struct resource resource;
static const struct field number_key = {.name = "", .kind = FIELD_UINT, .size = 4};
static const struct field number_value = {.name = "", .kind = FIELD_UINT, .size = 8};

static struct map_info make_map(uint32_t type)
{
	return (struct map_info){
		.name = "m",
		.type = type,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 100,
		.key = {4, &number_key, 1},
		.value = {8, &number_value, 1},
	};
}

enum {
	HASH = 1,
	ARRAY = 2,
	PERCPU_HASH = 5,
	PERCPU_ARRAY = 6
};

struct bench {
	struct fixture f;
	struct map_info map;
	struct model *model;
	struct feed *feed;
	const struct metric *metric;
	uint64_t time;
};

static void bench_begin(struct bench *b, uint32_t type, const char *rest)
{
	const struct map_info *const maps[] = {&b->map};
	struct scope *scope;
	char text[512];

	b->map = make_map(type);
	snprintf(text, sizeof(text),
		"  - {name: m, instrument: counter, unit: \"1\", description: D., map: m%s}\n",
		rest);
	fixture_plan(&b->f, text, maps, 1);
	assert_int_equal(b->f.result, 0);
	b->model = model_new(&resource);
	scope = model_add_scope(b->model, "s", "1", 1);
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

/* One collection of `count` rows, `cpus` values each (0: not per CPU). */
static void collect(
	struct bench *b, const uint32_t *keys, const uint64_t *values, size_t count, uint32_t cpus)
{
	struct batch batch = {
		.keys = (const unsigned char *)keys,
		.values = (const unsigned char *)values,
		.key_stride = 4,
		.value_stride = 8 * (cpus ? cpus : 1),
		.cpu_stride = cpus ? 8 : 0,
		.cpu_count = cpus ? cpus : 1,
		.count = count,
	};

	model_begin(b->model, b->time++);
	feed_begin(b->feed);
	assert_int_equal(feed_batch(b->feed, &batch), 0);
	feed_end(b->feed, true);
	model_end(b->model);
}

/* The live series with this attribute value, as a number. -1: there is none. */
static int64_t value_of(const struct bench *b, int64_t key, int64_t cpu)
{
	for (uint32_t i = 0; i < b->metric->series_count; i++) {
		const struct series *s = &b->metric->series[i];

		if (series_is_live(b->metric, i) && s->attr_count &&
			s->attrs[s->attr_count - 1].integer == key &&
			(cpu < 0 || s->attrs[0].integer == cpu))
			return (int64_t)series_number(b->metric, s);
	}
	return -1;
}

static int live_count(const struct bench *b)
{
	int n = 0;

	for (uint32_t i = 0; i < b->metric->series_count; i++)
		n += series_is_live(b->metric, i);
	return n;
}

static void test_rows_become_series(void **state)
{
	uint32_t keys[] = {7, 9}, later[] = {9, 11};
	uint64_t values[] = {70, 90}, more[] = {91, 0};
	struct bench b;

	(void)state;
	bench_begin(&b, HASH, ", attributes: [{name: k}]");
	collect(&b, keys, values, 2, 0);
	assert_int_equal(value_of(&b, 7, -1), 70);
	assert_int_equal(value_of(&b, 9, -1), 90);
	assert_int_equal(feed_rows(b.feed), 2);
	collect(&b, later, more, 2, 0);
	assert_int_equal(value_of(&b, 7, -1), -1);
	assert_int_equal(value_of(&b, 9, -1), 91);
	assert_int_equal(value_of(&b, 11, -1), 0); /* a hash entry of value 0 is there */
	collect(&b, keys, values, 2, 0);
	assert_int_equal(value_of(&b, 7, -1), 70);
	bench_end(&b);
}

static void test_equal_attributes_add_up(void **state)
{
	uint32_t keys[] = {1, 2, 3};
	uint64_t values[] = {10, 20, 30};
	struct bench b;

	(void)state;
	bench_begin(&b, HASH,
		", attributes: [{name: k, decode: {static_map: {1: low, 2: low, 3: high}}}]");
	for (int i = 0; i < 3; i++) {
		uint64_t total = 0;

		collect(&b, keys, values, 3, 0);
		assert_int_equal(live_count(&b), 2);
		for (uint32_t s = 0; s < 2; s++) {
			bool low = !strcmp(b.metric->series[s].attrs[0].string, "low");

			assert_int_equal(b.metric->numbers[s], 30);
			total += low;
		}
		assert_int_equal(total, 1);
	}
	bench_end(&b);
}

/* A total does not go back when one of its rows is evicted; it begins anew when a row does. */
static void test_a_row_of_several_goes(void **state)
{
	uint32_t keys[] = {1, 2};
	uint64_t values[] = {100, 20}, more[] = {101, 25}, anew[] = {3, 26};
	struct bench b;

	(void)state;
	bench_begin(&b, HASH, "");
	collect(&b, keys, values, 2, 0);
	assert_int_equal(b.metric->numbers[0], 120);
	collect(&b, &keys[1], &more[1], 1, 0);
	assert_int_equal(b.metric->numbers[0], 125);
	assert_int_equal(b.metric->starts[0], 1);
	collect(&b, keys, more, 2, 0);
	assert_int_equal(b.metric->numbers[0], 226);
	assert_int_equal(b.metric->starts[0], 1);
	collect(&b, keys, anew, 2, 0);
	assert_int_equal(b.metric->numbers[0], 129);
	assert_int_equal(b.metric->starts[0], 102);
	assert_int_equal(live_count(&b), 1);
	bench_end(&b);
}

static void test_cpus_are_summed_or_kept(void **state)
{
	uint32_t keys[] = {1, 2};
	uint64_t values[] = {1, 2, 0, 0, 5, 0};
	struct bench b;

	(void)state;
	bench_begin(&b, PERCPU_HASH, ", attributes: [{name: k}]");
	collect(&b, keys, values, 2, 3);
	assert_int_equal(value_of(&b, 1, -1), 3);
	assert_int_equal(value_of(&b, 2, -1), 5);
	bench_end(&b);

	bench_begin(&b, PERCPU_ARRAY, ", per_cpu: cpu, attributes: [{name: k}]");
	collect(&b, keys, values, 2, 3);
	assert_int_equal(live_count(&b), 3);
	assert_int_equal(value_of(&b, 1, 0), 1);
	assert_int_equal(value_of(&b, 1, 1), 2);
	assert_int_equal(value_of(&b, 2, 1), 5);
	bench_end(&b);
}

static void test_array_entries_that_never_happened_are_no_series(void **state)
{
	uint32_t keys[] = {0, 1, 2};
	uint64_t values[] = {0, 4, 0};
	struct bench b;

	(void)state;
	bench_begin(&b, ARRAY, ", attributes: [{name: k}]");
	collect(&b, keys, values, 3, 0);
	assert_int_equal(live_count(&b), 1);
	assert_int_equal(value_of(&b, 1, -1), 4);
	assert_int_equal(feed_rows(b.feed), 1);
	bench_end(&b);
}

static void test_an_undecodable_key_costs_only_itself(void **state)
{
	uint32_t keys[] = {4, 5};
	uint64_t values[] = {40, 50};
	const char *text;
	struct bench b;

	(void)state;
	/* A string decoder fed with a number that no symbol decoder takes: hex of a number is
	 * refused. */
	bench_begin(
		&b, HASH, ", attributes: [{name: k, decode: [{static_map: {4: \"4\"}}, uint]}]");
	collect(&b, keys, values, 2, 0);
	collect(&b, keys, values, 2, 0);
	assert_int_equal(live_count(&b), 1);
	assert_int_equal(value_of(&b, 4, -1), 40);
	assert_int_equal(feed_undecodable(b.feed, &text), 1);
	assert_non_null(strstr(text, "attribute k"));
	bench_end(&b);
}

static void test_a_key_that_is_not_wanted_is_left_out(void **state)
{
	uint32_t keys[] = {4, 5, 46};
	uint64_t values[] = {40, 50, 60};
	const char *text;
	struct bench b;

	(void)state;
	bench_begin(&b, HASH, ", attributes: [{name: k, decode: [{regexp: {pattern: ^4}}, uint]}]");
	for (int i = 0; i < 2; i++) {
		collect(&b, keys, values, 3, 0);
		assert_int_equal(live_count(&b), 1); /* what matched is the 4 of both */
		assert_int_equal(value_of(&b, 4, -1), 100);
		assert_int_equal(feed_undecodable(b.feed, &text), 0);
		assert_int_equal(feed_skipped(b.feed), 1);
		assert_int_equal(feed_rows(b.feed), 3);
	}
	bench_end(&b);
}

static void test_overflow_row(void **state)
{
	uint32_t key = 0;
	uint64_t values[] = {0, 0};
	struct batch batch = {
		.keys = (const unsigned char *)&key,
		.values = (const unsigned char *)values,
		.key_stride = 4,
		.value_stride = 16,
		.cpu_stride = 8,
		.cpu_count = 2,
		.count = 1,
	};
	struct bench b;

	(void)state;
	bench_begin(&b, PERCPU_HASH, ", attributes: [{name: k}]");
	for (int i = 0; i < 2; i++) {
		model_begin(b.model, b.time++);
		feed_begin(b.feed);
		assert_int_equal(feed_overflow(b.feed, &batch), 0);
		feed_end(b.feed, true);
		model_end(b.model);
		assert_int_equal(live_count(&b), i);
		values[0] = 3;
		values[1] = 4;
	}
	assert_int_equal(b.metric->numbers[0], 7);
	assert_string_equal(b.metric->series[0].attrs[0].key, "otel.metric.overflow");
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_become_series),
		cmocka_unit_test(test_equal_attributes_add_up),
		cmocka_unit_test(test_a_row_of_several_goes),
		cmocka_unit_test(test_cpus_are_summed_or_kept),
		cmocka_unit_test(test_array_entries_that_never_happened_are_no_series),
		cmocka_unit_test(test_an_undecodable_key_costs_only_itself),
		cmocka_unit_test(test_a_key_that_is_not_wanted_is_left_out),
		cmocka_unit_test(test_overflow_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
