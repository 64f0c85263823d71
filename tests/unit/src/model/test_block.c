/* SPDX-License-Identifier: Apache-2.0 */
#include "model/block.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "test.h"

enum {
	SERIES = 2 * LIMIT_ATTRIBUTES_PER_SERIES
};

static const struct resource resource;

/* Keys are the series' own or the metric's, however many there are: what they say stays. */
static void test_keys(void **state)
{
	struct model *model = model_new(&resource);
	const struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER};
	struct metric *metric = scope_add_metric(model_add_scope(model, "s", "1", 50), &desc, NULL);
	char key[16], value[16];

	(void)state;
	model_begin(model, 100);
	for (int i = 0; i < SERIES; i++) {
		struct attr attrs[] = {attr_string("same", value), attr_int(key, i)};

		snprintf(key, sizeof(key), "own%d", i);
		snprintf(value, sizeof(value), "value%d", i);
		attrs[0].length = (uint32_t)strlen(value);
		assert_int_equal(metric_find_series(metric, attrs, 2), i);
		memset(key, 'x', sizeof(key) - 1);
		memset(value, 'x', sizeof(value) - 1);
	}
	for (int i = 0; i < SERIES; i++) {
		const struct attr *attrs = metric->series[i].attrs;

		snprintf(key, sizeof(key), "own%d", i);
		snprintf(value, sizeof(value), "value%d", i);
		assert_string_equal(attrs[0].key, key);
		assert_int_equal(attrs[0].integer, i);
		assert_string_equal(attrs[1].key, "same");
		assert_string_equal(attrs[1].string, value);
		/* One text for all. */
		assert_ptr_equal(attrs[1].key, metric->series[0].attrs[1].key);
	}
	assert_in_range(metric->state->key_count, 2, LIMIT_ATTRIBUTES_PER_SERIES);
	model_free(model);
}

/* What a series has is empty when its number is given to another one, and nobody else's. */
static void test_buckets(void **state)
{
	struct model *model = model_new(&resource);
	const double bounds[] = {1, 2};
	const struct metric_desc desc = {.name = "m",
		.instrument = INSTRUMENT_HISTOGRAM,
		.bounds = bounds,
		.bound_count = 2};
	struct metric *metric = scope_add_metric(model_add_scope(model, "s", "1", 50), &desc, NULL);
	struct attr attr = attr_string("k", "text");

	(void)state;
	assert_int_equal(metric_find_series(metric, &attr, 1), 0);
	memset(metric->series[0].histogram.buckets, 0xff, 3 * sizeof(uint64_t));
	assert_string_equal(metric->series[0].attrs[0].string, "text");
	series_end(metric, 0);
	assert_null(metric->series[0].attrs);
	assert_int_equal(metric_find_series(metric, &attr, 1), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(metric->series[0].histogram.buckets[i], 0);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
