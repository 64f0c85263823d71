/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "test.h"

static const struct resource resource;

struct fixture {
	struct model *model;
	struct scope *scope;
	struct metric *metric;
};

static struct fixture make(const struct metric_desc *desc)
{
	struct fixture f;

	f.model = model_new(&resource);
	f.scope = model_add_scope(f.model, "pack", "1.2.3", 50);
	f.metric = scope_add_metric(f.scope, desc, NULL);
	assert_non_null(f.metric);
	return f;
}

static uint32_t series_of(struct metric *metric, int64_t n)
{
	struct attr attr = attr_int("n", n);

	return metric_find_series(metric, &attr, 1);
}

static void test_snapshot_holds_what_was_added(void **state)
{
	struct metric_desc desc = {.name = "m", .unit = "{x}", .instrument = INSTRUMENT_COUNTER};
	struct fixture f = make(&desc);
	struct attr ab[] = {attr_string("a", "1"), attr_string("b", "2")};
	struct attr ba[] = {ab[1], ab[0], attr_string("a", "ignored: the first of a key counts")};
	const struct snapshot *snapshot;
	uint32_t one;

	(void)state;
	model_begin(f.model, 100);
	one = metric_find_series(f.metric, ab, 2);
	assert_int_equal(metric_find_series(f.metric, ba, 3), one);
	metric_add(f.metric, one, 5);
	metric_add(f.metric, one, 6); /* two map entries, one series */
	snapshot = model_end(f.model);
	assert_int_equal(snapshot->time, 100);
	assert_ptr_equal(snapshot->resource, &resource);
	assert_int_equal(snapshot->scope_count, 1);
	assert_int_equal(snapshot->metric_count, 1);
	assert_string_equal(snapshot->scopes[0]->version, "1.2.3");
	assert_ptr_equal(snapshot->scopes[0]->metrics[0], f.metric);
	assert_string_equal(f.metric->desc.unit, "{x}");
	assert_true(series_is_live(f.metric, one));
	assert_int_equal(f.metric->numbers[one], 11);
	model_begin(f.model, 200);
	metric_add(f.metric, one, 12); /* a collection's value replaces the one before */
	model_end(f.model);
	assert_int_equal(f.metric->numbers[one], 12);
	model_free(f.model);
}

/* SDK "Start timestamps", asynchronous instruments. */
static void test_start_times(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER};
	struct fixture f = make(&desc);
	uint32_t early, late;

	(void)state;
	model_begin(f.model, 100);
	early = series_of(f.metric, 1);
	metric_add(f.metric, early, 1);
	model_end(f.model);
	assert_int_equal(f.metric->starts[early], 50);
	model_begin(f.model, 200);
	metric_add(f.metric, early, 1);
	late = series_of(f.metric, 2);
	metric_add(f.metric, late, 1);
	model_end(f.model);
	assert_int_equal(f.metric->starts[early], 50);
	assert_int_equal(f.metric->starts[late], 100);
	model_free(f.model);
}

static void test_a_counter_that_goes_back_starts_anew(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER};
	struct metric_desc gauge = {.name = "g", .instrument = INSTRUMENT_GAUGE};
	struct fixture f = make(&desc);
	struct metric *level = scope_add_metric(f.scope, &gauge, NULL);
	uint32_t series;

	(void)state;
	for (uint64_t value = 5; value > 3; value--) {
		model_begin(f.model, 1000 - value);
		series = series_of(f.metric, 1);
		metric_add(f.metric, series, value);
		metric_add(level, metric_find_series(level, NULL, 0), value);
		model_end(f.model);
	}
	assert_int_equal(f.metric->starts[series], 995);
	assert_int_equal(level->starts[0], 50);
	model_free(f.model);
}

static void test_an_entry_of_several_is_gone(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER};
	struct fixture f = make(&desc);
	uint32_t overflow;

	(void)state;
	model_begin(f.model, 100);
	overflow = metric_overflow_series(f.metric);
	metric_add(f.metric, overflow, 10);
	metric_add(f.metric, overflow, 5);
	model_end(f.model);
	for (uint64_t now = 200; now < 400; now += 100) {
		model_begin(f.model, now);
		metric_add(f.metric, overflow, now == 200 ? 6 : 7);
		if (now == 200)
			metric_retire(f.metric, overflow, 10);
		model_end(f.model);
		assert_int_equal(f.metric->numbers[overflow], now == 200 ? 16 : 17);
		assert_int_equal(f.metric->starts[overflow], 50);
	}
	/* Nothing is left of it for a while. */
	model_begin(f.model, 400);
	metric_retire(f.metric, overflow, 7);
	model_end(f.model);
	assert_false(series_is_live(f.metric, overflow));
	model_begin(f.model, 500);
	metric_add(f.metric, overflow, 1);
	model_end(f.model);
	assert_int_equal(f.metric->numbers[overflow], 18);
	assert_int_equal(f.metric->starts[overflow], 50);
	model_free(f.model);
}

static void test_a_series_that_is_gone_ends(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER, .max_series = 1};
	struct fixture f = make(&desc);
	uint32_t first, generation;

	(void)state;
	model_begin(f.model, 100);
	first = series_of(f.metric, 1);
	generation = series_generation(f.metric, first);
	metric_add(f.metric, first, 9);
	model_end(f.model);
	model_begin(f.model, 200);
	model_end(f.model);
	assert_false(series_is_live(f.metric, first));
	assert_int_not_equal(series_generation(f.metric, first), generation);
	/* Back again, as after an eviction: another life, counted since the collection before. */
	model_begin(f.model, 300);
	first = series_of(f.metric, 1);
	metric_add(f.metric, first, 1);
	model_end(f.model);
	assert_int_equal(f.metric->starts[first], 200);
	assert_int_equal(f.metric->numbers[first], 1);
	model_free(f.model);
}

static void test_a_source_that_cannot_be_read_loses_nothing(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER};
	struct fixture f = make(&desc);
	uint32_t series, generation;

	(void)state;
	model_begin(f.model, 100);
	series = series_of(f.metric, 1);
	generation = series_generation(f.metric, series);
	metric_add(f.metric, series, 9);
	model_end(f.model);
	model_begin(f.model, 200);
	metric_add(f.metric, series, 3); /* half of the map was read */
	metric_skip(f.metric);
	model_end(f.model);
	assert_false(series_is_live(f.metric, series));
	model_begin(f.model, 300);
	metric_add(f.metric, series, 10);
	model_end(f.model);
	assert_true(series_is_live(f.metric, series));
	assert_int_equal(series_generation(f.metric, series), generation);
	assert_int_equal(f.metric->starts[series], 50);
	assert_int_equal(f.metric->numbers[series], 10);
	model_free(f.model);
}

/* SDK "Cardinality limits": as many real series as the limit says, the rest in the overflow series.
 */
static void test_cardinality_limit(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER, .max_series = 3};
	struct fixture f = make(&desc);
	uint64_t total = 0;
	uint32_t overflow;
	int live = 0;

	(void)state;
	model_begin(f.model, 100);
	for (int64_t i = 0; i < 10; i++)
		metric_add(f.metric, series_of(f.metric, i), 1);
	model_end(f.model);
	overflow = metric_overflow_series(f.metric);
	for (uint32_t i = 0; i < f.metric->series_count; i++) {
		live += series_is_live(f.metric, i);
		total += f.metric->numbers[i];
	}
	assert_int_equal(live, 4);
	assert_int_equal(total, 10);
	assert_int_equal(f.metric->numbers[overflow], 7);
	assert_int_equal(f.metric->series[overflow].attr_count, 1);
	assert_string_equal(f.metric->series[overflow].attrs[0].key, "otel.metric.overflow");
	assert_int_equal(f.metric->series[overflow].attrs[0].type, ATTR_BOOL);
	assert_true(f.metric->series[overflow].attrs[0].boolean);
	assert_int_equal(model_overflow_count(f.model), 7);
	/* Room that becomes free is used again. */
	model_begin(f.model, 200);
	metric_add(f.metric, series_of(f.metric, 0), 1);
	model_end(f.model);
	assert_false(series_is_live(f.metric, overflow));
	model_begin(f.model, 300);
	assert_int_not_equal(series_of(f.metric, 20), overflow);
	model_end(f.model);
	model_free(f.model);
}

static void test_default_limit(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER};
	struct fixture f = make(&desc);

	(void)state;
	model_begin(f.model, 100);
	for (int64_t i = 0; i < LIMIT_SERIES_PER_METRIC; i++)
		metric_add(f.metric, series_of(f.metric, i), 1);
	assert_int_equal(model_overflow_count(f.model), 0);
	series_of(f.metric, LIMIT_SERIES_PER_METRIC);
	assert_int_equal(model_overflow_count(f.model), 1);
	model_end(f.model);
	model_free(f.model);
}

static void test_histograms_add_up(void **state)
{
	const double bounds[] = {1, 2};
	struct metric_desc desc = {
		.name = "m",
		.instrument = INSTRUMENT_HISTOGRAM,
		.bounds = bounds,
		.bound_count = 2,
	};
	struct fixture f = make(&desc);
	uint64_t a[] = {1, 2, 3}, b[] = {0, 0, 4}, none[] = {0, 0, 0};
	/* The count of the first lags behind its buckets: an event was half recorded. */
	struct histogram first = {.count = 5, .sum = 100, .buckets = a};
	struct histogram second = {.count = 4, .sum = 11, .buckets = b};
	struct histogram empty = {.sum = 9, .buckets = none};
	const struct histogram *result;

	(void)state;
	model_begin(f.model, 100);
	metric_add_histogram(f.metric, series_of(f.metric, 1), &first);
	metric_add_histogram(f.metric, series_of(f.metric, 1), &second);
	metric_add_histogram(f.metric, series_of(f.metric, 2), &empty);
	model_end(f.model);
	result = &f.metric->series[0].histogram;
	assert_int_equal(result->count, 10);
	assert_int_equal(result->sum, 111);
	assert_int_equal(result->buckets[2], 7);
	assert_int_equal(f.metric->series[1].histogram.count, 0);
	assert_int_equal(f.metric->series[1].histogram.sum, 0);
	model_begin(f.model, 200);
	metric_add_histogram(f.metric, 0, &second);
	model_end(f.model);
	assert_int_equal(result->count, 4);
	assert_int_equal(result->buckets[1], 0);
	assert_int_equal(f.metric->starts[0], 100); /* fewer than before: counted anew */
	model_free(f.model);
}

static void test_exponential_histograms_add_up(void **state)
{
	struct metric_desc desc = {
		.name = "m",
		.instrument = INSTRUMENT_EXPONENTIAL_HISTOGRAM,
		.max_size = 4,
	};
	struct fixture f = make(&desc);
	uint64_t ones[] = {1, 1, 1, 1};
	struct exponential first = {
		.bucket_count = 4, .buckets = ones, .sum = 30, .min = 2, .max = 16};
	/* min and max were read after an event of which the buckets know nothing. */
	struct exponential second = {
		.offset = -4, .bucket_count = 4, .buckets = ones, .sum = 1, .min = 0, .max = 100};
	const struct exponential *result;

	(void)state;
	model_begin(f.model, 100);
	metric_add_exponential(f.metric, series_of(f.metric, 1), &first);
	metric_add_exponential(f.metric, series_of(f.metric, 1), &second);
	model_end(f.model);
	result = f.metric->series[0].exponential;
	assert_int_equal(result->scale, -1);
	assert_int_equal(result->offset, -2);
	assert_int_equal(result->bucket_count, 4);
	assert_int_equal(result->count, 8);
	assert_int_equal(result->buckets[3], 2);
	assert_int_equal(result->sum, 31);
	assert_int_equal(result->max, 16);
	model_begin(f.model, 200);
	metric_add_exponential(f.metric, 0, &first);
	model_end(f.model);
	assert_int_equal(result->count, 4);
	assert_int_equal(result->scale, 0);
	assert_int_equal(f.metric->starts[0], 100); /* fewer than before: counted anew */
	model_begin(f.model, 300);
	metric_add_exponential(f.metric, 0, &first);
	model_end(f.model);
	assert_int_equal(f.metric->starts[0], 100);
	model_free(f.model);
}

static void test_time_never_goes_back(void **state)
{
	struct metric_desc desc = {.name = "m", .instrument = INSTRUMENT_COUNTER};
	struct fixture f = make(&desc);

	(void)state;
	model_begin(f.model, 100);
	model_end(f.model);
	model_begin(f.model, 90);
	assert_int_equal(model_end(f.model)->time, 101);
	model_begin(f.model, 95);
	assert_int_equal(model_end(f.model)->time, 102);
	model_begin(f.model, 200);
	assert_int_equal(model_end(f.model)->time, 200);
	model_free(f.model);
}

static void test_bad_metrics_are_refused(void **state)
{
	const double falling[] = {1, 1}, infinite[] = {1, INFINITY};
	struct metric_desc good = {.name = "Name", .instrument = INSTRUMENT_COUNTER};
	struct metric_desc twice = {.name = "nAME", .instrument = INSTRUMENT_GAUGE};
	struct metric_desc bounds = {
		.name = "h",
		.instrument = INSTRUMENT_HISTOGRAM,
		.bounds = falling,
		.bound_count = 2,
	};
	struct fixture f = make(&good);
	struct err err = {0};

	(void)state;
	assert_null(scope_add_metric(f.scope, &twice, &err));
	assert_non_null(strstr(err.text, "there twice"));
	assert_null(scope_add_metric(f.scope, &bounds, &err));
	assert_non_null(strstr(err.text, "bound 1 is 1"));
	bounds.bounds = infinite;
	assert_null(scope_add_metric(f.scope, &bounds, &err));
	bounds.bound_count = LIMIT_BOUNDS + 1;
	assert_null(scope_add_metric(f.scope, &bounds, &err));
	assert_null(scope_add_metric(f.scope,
		&(struct metric_desc){
			.name = "e", .instrument = INSTRUMENT_EXPONENTIAL_HISTOGRAM, .max_size = 1},
		&err));
	assert_non_null(strstr(err.text, "at most 1 buckets"));
	assert_int_equal(f.scope->metric_count, 1);
	model_free(f.model);
	model_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snapshot_holds_what_was_added),
		cmocka_unit_test(test_start_times),
		cmocka_unit_test(test_a_counter_that_goes_back_starts_anew),
		cmocka_unit_test(test_an_entry_of_several_is_gone),
		cmocka_unit_test(test_a_series_that_is_gone_ends),
		cmocka_unit_test(test_a_source_that_cannot_be_read_loses_nothing),
		cmocka_unit_test(test_cardinality_limit),
		cmocka_unit_test(test_default_limit),
		cmocka_unit_test(test_histograms_add_up),
		cmocka_unit_test(test_exponential_histograms_add_up),
		cmocka_unit_test(test_time_never_goes_back),
		cmocka_unit_test(test_bad_metrics_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
