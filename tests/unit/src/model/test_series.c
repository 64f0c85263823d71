/* SPDX-License-Identifier: Apache-2.0 */
#include "model/series.h"

#include <string.h>

#include "test.h"

enum {
	MANY = 3000
};

static uint32_t insert(struct metric *metric, int64_t n)
{
	struct attr attr = attr_int("n", n);
	uint64_t hash = attrs_hash(&metric->state->seed, &attr, 1);

	return series_insert(metric, &attr, 1, hash, 7);
}

static uint32_t lookup(const struct metric *metric, int64_t n)
{
	struct attr attr = attr_int("n", n);

	return series_lookup(metric, &attr, 1, attrs_hash(&metric->state->seed, &attr, 1));
}

static void test_insert_remove_and_find_many(void **state)
{
	struct hash_seed seed = {1, 2};
	struct metric metric = {0};

	(void)state;
	assert_int_equal(series_table_init(&metric, &seed), 0);
	for (int64_t i = 0; i < MANY; i++)
		assert_int_equal(insert(&metric, i), i);
	for (int64_t i = 0; i < MANY; i += 3)
		series_remove(&metric, lookup(&metric, i));
	for (int64_t i = 0; i < MANY; i++)
		assert_int_equal(lookup(&metric, i), i % 3 ? i : (int64_t)SERIES_NONE);
	/* Free numbers are used before new ones, under a new generation. */
	for (int64_t i = 0; i < MANY; i += 3) {
		uint32_t number = insert(&metric, MANY + i);

		assert_int_equal(number, i);
		assert_int_equal(metric.series[number].generation, 3);
	}
	assert_int_equal(metric.series_count, MANY);
	for (int64_t i = 0; i < MANY; i++)
		assert_int_equal(lookup(&metric, i % 3 ? i : MANY + i), i);
	series_table_fini(&metric);
}

/* With one hash for all, only the attributes tell series apart, and removal must keep runs whole.
 */
static void test_colliding_hashes(void **state)
{
	struct hash_seed seed = {1, 2};
	struct metric metric = {0};
	struct attr attrs[8];

	(void)state;
	assert_int_equal(series_table_init(&metric, &seed), 0);
	for (int64_t i = 0; i < 8; i++) {
		attrs[i] = attr_int("n", i);
		/* 13..15 and then around the end of an index of 16. */
		assert_int_equal(series_insert(&metric, &attrs[i], 1, 13 + i % 2, 0), i);
	}
	for (int64_t gone = 0; gone < 8; gone++) {
		series_remove(&metric, (uint32_t)gone);
		for (int64_t i = 0; i < 8; i++)
			assert_int_equal(series_lookup(&metric, &attrs[i], 1, 13 + i % 2),
				i > gone ? i : (int64_t)SERIES_NONE);
	}
	series_table_fini(&metric);
}

static void test_attributes_are_copied(void **state)
{
	char key[] = "key", value[] = "value";
	struct hash_seed seed = {1, 2};
	struct metric metric = {.desc = {.instrument = INSTRUMENT_HISTOGRAM, .bound_count = 3}};
	struct attr attrs[] = {attr_bool("b", true), attr_string(key, value)};
	const struct series *series;

	(void)state;
	assert_int_equal(series_table_init(&metric, &seed), 0);
	assert_int_equal(series_insert(&metric, attrs, 2, 1, 42), 0);
	memset(key, 'x', sizeof(key) - 1);
	memset(value, 'x', sizeof(value) - 1);
	series = &metric.series[0];
	assert_int_equal(metric.starts[0], 42);
	assert_int_equal(series->attr_count, 2);
	assert_string_equal(series->attrs[1].key, "key");
	assert_string_equal(series->attrs[1].string, "value");
	for (int i = 0; i < 4; i++)
		assert_int_equal(series->histogram.buckets[i]++, 0);
	assert_string_equal(series->attrs[1].string, "value");
	series_table_fini(&metric);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_insert_remove_and_find_many),
		cmocka_unit_test(test_colliding_hashes),
		cmocka_unit_test(test_attributes_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
