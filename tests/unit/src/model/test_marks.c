/* SPDX-License-Identifier: Apache-2.0 */
#include "model/marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "model/series.h"
#include "test.h"

static const struct resource resource;
static const double bounds[] = {1, 2};

enum {
	COUNTER,
	GAUGE,
	HISTOGRAM,
	EXPONENTIAL,
	METRICS
};

/* One life of a process. */
struct life {
	struct model *model;
	struct scope *scope;
	struct metric *metrics[METRICS];
	const struct snapshot *snapshot;
};

static const struct metric_desc descs[METRICS] = {
	[COUNTER] = {.name = "counter", .instrument = INSTRUMENT_COUNTER, .max_series = 3},
	[GAUGE] = {.name = "gauge", .instrument = INSTRUMENT_GAUGE},
	[HISTOGRAM] = {.name = "histogram",
		.instrument = INSTRUMENT_HISTOGRAM,
		.bounds = bounds,
		.bound_count = 2},
	[EXPONENTIAL] = {.name = "exponential",
		.instrument = INSTRUMENT_EXPONENTIAL_HISTOGRAM,
		.max_size = 20},
};

static struct life live(enum temporality_preference preference, uint64_t created)
{
	struct life life = {.model = model_new(&resource)};

	model_set_temporality(life.model, preference);
	life.scope = model_add_scope(life.model, "s", "1", created);
	for (size_t i = 0; i < METRICS; i++) {
		life.metrics[i] = scope_add_metric(life.scope, &descs[i], NULL);
		assert_non_null(life.metrics[i]);
	}
	return life;
}

static uint32_t series_of(const struct life *life, int metric, int64_t n)
{
	const struct attr attrs[] = {
		attr_string("name", "a name"), attr_int("n", n), attr_bool("is", true)};

	return metric_find_series(life->metrics[metric], attrs, ARRAY_SIZE(attrs));
}

/* The process dies and another one begins. */
static struct life die(struct life *life, enum temporality_preference preference)
{
	uint64_t time = life->snapshot->time;
	struct life next = live(preference, time);
	struct buf marks;

	buf_init(&marks, 1 << 20);
	marks_write(life->scope, &marks);
	assert_false(marks.failed);
	model_free(life->model);
	assert_int_equal(marks_read(next.scope, marks.data, marks.length, time, NULL), 0);
	buf_fini(&marks);
	return next;
}

static void add(const struct life *life, int64_t n, uint64_t value)
{
	uint64_t buckets[20] = {value, 0, value};
	const struct histogram histogram = {.sum = 4 * value, .buckets = buckets};
	const struct exponential exponential = {
		.scale = 2,
		.offset = 4,
		.bucket_count = 3,
		.sum = 5 * value,
		.max = 3,
		.zero_count = value,
		.buckets = buckets,
	};

	metric_add(life->metrics[COUNTER], series_of(life, COUNTER, n), value);
	metric_add(life->metrics[GAUGE], series_of(life, GAUGE, n), value);
	metric_add_histogram(life->metrics[HISTOGRAM], series_of(life, HISTOGRAM, n), &histogram);
	metric_add_exponential(
		life->metrics[EXPONENTIAL], series_of(life, EXPONENTIAL, n), &exponential);
}

static void collect(struct life *life, uint64_t now, uint64_t one, uint64_t two)
{
	model_begin(life->model, now);
	if (one)
		add(life, 1, one);
	if (two)
		add(life, 2, two);
	life->snapshot = model_end(life->model);
}

/* Every metric but the gauge: the series' point. */
static void check(const struct life *life, int64_t n, uint64_t start, uint64_t value)
{
	for (int i = 0; i < METRICS; i++) {
		const struct metric *metric = life->metrics[i];
		uint32_t number = series_of(life, i, n);
		const struct series *series = &metric->series[number];

		if (i == GAUGE)
			continue;
		assert_true(series_is_live(metric, number));
		assert_int_equal(metric->starts[number], start);
		if (i == COUNTER) {
			assert_int_equal(metric->numbers[number], value);
		} else if (i == HISTOGRAM) {
			assert_int_equal(series->histogram.count, 2 * value);
			assert_int_equal(series->histogram.sum, 4 * value);
			assert_int_equal(series->histogram.buckets[2], value);
		} else {
			assert_int_equal(series->exponential->count, 3 * value);
			assert_int_equal(series->exponential->zero_count, value);
			assert_int_equal(series->exponential->sum, 5 * value);
		}
	}
}

static void acknowledge(struct life *life)
{
	const struct snapshot_place first = {0}, end = {.scope = 1};

	model_acknowledge(life->model, &first, &end);
}

static void cumulative_series_go_on(void **state)
{
	struct life life = live(PREFER_CUMULATIVE, 50);

	(void)state;
	collect(&life, 100, 7, 0);
	collect(&life, 200, 8, 3);
	life = die(&life, PREFER_CUMULATIVE);
	collect(&life, 300, 9, 4);
	check(&life, 1, 50, 9);
	check(&life, 2, 100, 4);
	model_free(life.model);
}

/* One that is new after the restart began after the last collection before it. */
static void new_series_begin_at_the_last_collection(void **state)
{
	struct life life = live(PREFER_CUMULATIVE, 50);

	(void)state;
	collect(&life, 100, 7, 0);
	collect(&life, 200, 8, 0);
	life = die(&life, PREFER_CUMULATIVE);
	collect(&life, 300, 9, 4);
	check(&life, 2, 200, 4);
	collect(&life, 400, 9, 5);
	check(&life, 2, 200, 5);
	model_free(life.model);
}

static void a_count_that_began_anew_has_a_new_start(void **state)
{
	struct life life = live(PREFER_CUMULATIVE, 50);

	(void)state;
	collect(&life, 100, 7, 3);
	life = die(&life, PREFER_CUMULATIVE);
	collect(&life, 200, 6, 3);
	check(&life, 1, 100, 6);
	check(&life, 2, 50, 3);
	model_free(life.model);
}

/* The clock is behind that of the process before. */
static void time_goes_on(void **state)
{
	struct life life = live(PREFER_CUMULATIVE, 50);

	(void)state;
	collect(&life, 1000, 7, 0);
	life = die(&life, PREFER_CUMULATIVE);
	collect(&life, 400, 8, 0);
	assert_int_equal(life.snapshot->time, 1001);
	check(&life, 1, 50, 8);
	model_free(life.model);
}

static void what_nobody_acknowledged_is_delivered_later(void **state)
{
	struct life life = live(PREFER_DELTA, 50);

	(void)state;
	collect(&life, 100, 7, 3);
	acknowledge(&life);
	collect(&life, 200, 10, 3);
	life = die(&life, PREFER_DELTA);
	collect(&life, 300, 11, 5);
	check(&life, 1, 100, 4);
	check(&life, 2, 100, 2);
	model_free(life.model);
}

static void what_was_acknowledged_is_not(void **state)
{
	struct life life = live(PREFER_DELTA, 50);

	(void)state;
	collect(&life, 100, 7, 3);
	acknowledge(&life);
	life = die(&life, PREFER_DELTA);
	collect(&life, 300, 8, 3);
	check(&life, 1, 100, 1);
	assert_false(series_is_live(life.metrics[COUNTER], series_of(&life, COUNTER, 2)));
	model_free(life.model);
}

/* Acknowledged after the marks were written. */
static void settled_ranges_are_not_either(void **state)
{
	const struct marks_range range = {.series_to = 1};
	struct life life = live(PREFER_DELTA, 50);

	(void)state;
	collect(&life, 100, 7, 3);
	life = die(&life, PREFER_DELTA);
	marks_settle(life.scope, &range, 100);
	collect(&life, 300, 9, 4);
	assert_int_equal(life.metrics[COUNTER]->numbers[0], 2);
	assert_int_equal(life.metrics[COUNTER]->starts[0], 100);
	assert_int_equal(life.metrics[COUNTER]->numbers[1], 4);
	assert_int_equal(life.metrics[COUNTER]->starts[1], 50);
	assert_int_equal(life.metrics[HISTOGRAM]->series[0].histogram.count, 18);
	model_free(life.model);
}

/* Its attributes are known, so that it can be told what it counted. */
static void what_is_gone_is_delivered(void **state)
{
	struct life life = live(PREFER_DELTA, 50);

	(void)state;
	collect(&life, 100, 7, 3);
	life = die(&life, PREFER_DELTA);
	collect(&life, 300, 0, 3);
	check(&life, 1, 50, 7);
	acknowledge(&life);
	collect(&life, 400, 0, 3);
	assert_null(life.metrics[COUNTER]->series[0].attrs);
	model_free(life.model);
}

static void retired_entries_keep_their_counts(void **state)
{
	struct life life = live(PREFER_CUMULATIVE, 50);

	(void)state;
	collect(&life, 100, 7, 3);
	model_begin(life.model, 200);
	add(&life, 1, 4);
	metric_retire(life.metrics[COUNTER], series_of(&life, COUNTER, 1), 3);
	life.snapshot = model_end(life.model);
	life = die(&life, PREFER_CUMULATIVE);
	model_begin(life.model, 300);
	metric_add(life.metrics[COUNTER], series_of(&life, COUNTER, 1), 5);
	model_end(life.model);
	assert_int_equal(life.metrics[COUNTER]->numbers[0], 8);
	assert_int_equal(life.metrics[COUNTER]->starts[0], 50);
	model_free(life.model);
}

/* At the limit, with the overflow series, and with numbers that are free. */
static void numbers_and_the_overflow_series_stay(void **state)
{
	struct life life = live(PREFER_CUMULATIVE, 50);
	struct metric *counter;

	(void)state;
	model_begin(life.model, 100);
	for (int64_t n = 0; n < 5; n++)
		metric_add(life.metrics[COUNTER], series_of(&life, COUNTER, n), 1);
	life.snapshot = model_end(life.model);
	model_begin(life.model, 200);
	metric_add(life.metrics[COUNTER], 1, 2);
	metric_add(life.metrics[COUNTER], 3, 4);
	life.snapshot = model_end(life.model);
	life = die(&life, PREFER_CUMULATIVE);
	counter = life.metrics[COUNTER];
	model_begin(life.model, 300);
	assert_int_equal(series_of(&life, COUNTER, 1), 1);
	assert_int_equal(metric_overflow_series(counter), 3);
	assert_int_equal(counter->state->live_count, 1);
	assert_int_equal(series_of(&life, COUNTER, 7), 0);
	assert_int_equal(series_of(&life, COUNTER, 8), 2);
	assert_int_equal(series_of(&life, COUNTER, 9), 3);
	model_end(life.model);
	model_free(life.model);
}

/* Every prefix, and every byte changed: refused, or some other marks, but nothing bad. */
static void damaged_marks_do_no_harm(void **state)
{
	struct life life = live(PREFER_DELTA, 50);
	struct buf marks;

	(void)state;
	collect(&life, 100, 7, 3);
	buf_init(&marks, 1 << 20);
	marks_write(life.scope, &marks);
	model_free(life.model);
	for (size_t i = 0; i < marks.length; i++) {
		uint8_t *part = malloc(i + 1);

		memcpy(part, marks.data, i);
		life = live(PREFER_DELTA, 50);
		assert_int_equal(marks_read(life.scope, part, i, 100, NULL), -EINVAL);
		model_free(life.model);
		free(part);
	}
	for (size_t i = 0; i < marks.length; i++) {
		life = live(PREFER_DELTA, 50);
		marks.data[i] ^= 0x81;
		if (!marks_read(life.scope, marks.data, marks.length, 100, NULL))
			collect(&life, 200, 8, 4);
		marks.data[i] ^= 0x81;
		model_free(life.model);
	}
	life = live(PREFER_CUMULATIVE, 50);
	assert_int_equal(marks_read(life.scope, marks.data, marks.length, 100, NULL), -EINVAL);
	model_free(life.model);
	buf_fini(&marks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cumulative_series_go_on),
		cmocka_unit_test(new_series_begin_at_the_last_collection),
		cmocka_unit_test(a_count_that_began_anew_has_a_new_start),
		cmocka_unit_test(time_goes_on),
		cmocka_unit_test(what_nobody_acknowledged_is_delivered_later),
		cmocka_unit_test(what_was_acknowledged_is_not),
		cmocka_unit_test(settled_ranges_are_not_either),
		cmocka_unit_test(what_is_gone_is_delivered),
		cmocka_unit_test(retired_entries_keep_their_counts),
		cmocka_unit_test(numbers_and_the_overflow_series_stay),
		cmocka_unit_test(damaged_marks_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
