/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/compiler.h"
#include "model/model.h"
#include "test.h"

static const struct resource resource;

/* The index of the first of the buckets that are sent, and where the bounds put it. */
static void test_indexes(void **state)
{
	static const struct {
		double bounds[4];
		uint32_t bound_count;
		uint64_t buckets[5];
		uint64_t zero_count;
		double zero_threshold;
		int32_t offset;
		uint32_t bucket_count;
	} cases[] = {
		/* (1, 2] has the index 0 */
		{{1, 2, 4, 8}, 4, {5, 1, 2, 3, 4}, 5, 1, 0, 4},
		{{0, 1, 2, 4}, 4, {5, 1, 2, 3, 4}, 5, 0, -1, 4},
		{{0.25, 0.5}, 2, {1, 1, 1}, 1, 0.25, -2, 2},
		/* What nothing is in is left out at both ends. */
		{{1, 2, 4, 8}, 4, {0, 0, 2, 0, 0}, 0, 1, 1, 1},
		{{1, 2, 4, 8}, 4, {7, 0, 0, 0, 0}, 7, 1, 0, 0},
		{{1, 2, 4, 8}, 4, {0, 0, 0, 0, 9}, 0, 1, 3, 1},
		{{16}, 1, {1, 2}, 1, 16, 4, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct model *model = model_new(&resource);
		struct scope *scope = model_add_scope(model, "s", "1", 1);
		struct metric_desc desc = {
			.name = "m",
			.unit = "By",
			.instrument = INSTRUMENT_HISTOGRAM,
			.bounds = cases[i].bounds,
			.bound_count = cases[i].bound_count,
			.octaves = true,
		};
		struct metric *metric = scope_add_metric(scope, &desc, NULL);
		struct histogram observed = {.sum = 77, .buckets = (uint64_t *)cases[i].buckets};
		const struct exponential *found;
		struct exponential room;
		uint64_t total = 0;

		assert_int_equal(metric_form(metric), INSTRUMENT_EXPONENTIAL_HISTOGRAM);
		model_begin(model, 10);
		metric_add_histogram(metric, metric_find_series(metric, NULL, 0), &observed);
		model_end(model);
		found = series_exponential(metric, &metric->series[0], &room);
		assert_int_equal(found->scale, 0);
		assert_int_equal(found->zero_count, cases[i].zero_count);
		assert_true(found->zero_threshold == cases[i].zero_threshold);
		assert_int_equal(found->bucket_count, cases[i].bucket_count);
		if (found->bucket_count)
			assert_int_equal(found->offset, cases[i].offset);
		for (uint32_t j = 0; j < found->bucket_count; j++)
			total += found->buckets[j];
		assert_int_equal(found->count, total + found->zero_count);
		assert_int_equal(found->sum, 77);
		assert_true(found->no_extremes);
		model_free(model);
	}
}

/* Exact, as a bound is the upper one of its bucket. */
static void test_bounds_are_those_of_the_index(void **state)
{
	(void)state;
	for (int power = -40; power < 60; power++) {
		double bound = exponential_bound(0, power);

		assert_int_equal(exponential_index(bound, 0), power - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_indexes),
		cmocka_unit_test(test_bounds_are_those_of_the_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
