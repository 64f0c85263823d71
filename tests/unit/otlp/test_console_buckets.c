/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/console_buckets.h"

#include <math.h>

#include "test.h"

static void test_explicit(void **state)
{
	const double bounds[] = {-1, 10};
	uint64_t counts[] = {3, 4, 5};
	const struct metric metric = {
		.desc = {.instrument = INSTRUMENT_HISTOGRAM, .bounds = bounds, .bound_count = 2}};
	const struct series series = {.histogram = {.count = 12, .sum = 99, .buckets = counts}};

	(void)state;
	assert_int_equal(buckets_total(&metric, &series), 12);
	assert_int_equal(buckets_sum(&metric, &series), 99);
	assert_int_equal(buckets_number(&metric, &series), 3);
	assert_int_equal(buckets_get(&metric, &series, 2), 5);
	assert_true(buckets_lower(&metric, &series, 0) == -INFINITY);
	assert_true(buckets_lower(&metric, &series, 2) == 10);
	assert_true(buckets_upper(&metric, &series, 0) == -1);
	assert_true(buckets_upper(&metric, &series, 2) == INFINITY);
}

static void test_exponential(void **state)
{
	uint64_t counts[] = {3, 4};
	struct exponential exponential = {
		.scale = 1,
		.offset = 3,
		.bucket_count = 2,
		.count = 12,
		.sum = 99,
		.zero_count = 5,
		.buckets = counts,
	};
	const struct metric metric = {.desc = {.instrument = INSTRUMENT_EXPONENTIAL_HISTOGRAM}};
	const struct series series = {.exponential = &exponential};

	(void)state;
	assert_int_equal(buckets_total(&metric, &series), 12);
	assert_int_equal(buckets_sum(&metric, &series), 99);
	assert_int_equal(buckets_number(&metric, &series), 3);
	assert_int_equal(buckets_get(&metric, &series, 0), 5);
	assert_int_equal(buckets_get(&metric, &series, 2), 4);
	assert_true(buckets_lower(&metric, &series, 0) == 0);
	assert_true(buckets_upper(&metric, &series, 0) == 0);
	assert_true(fabs(buckets_lower(&metric, &series, 1) - sqrt(8)) < 1e-12);
	assert_true(buckets_upper(&metric, &series, 1) == 4);
	assert_true(buckets_lower(&metric, &series, 2) == 4);
	/* Without zeros the first bucket is the first of the range. */
	exponential.zero_count = 0;
	assert_int_equal(buckets_number(&metric, &series), 2);
	assert_int_equal(buckets_get(&metric, &series, 0), 3);
	assert_true(buckets_upper(&metric, &series, 0) == 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explicit),
		cmocka_unit_test(test_exponential),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
