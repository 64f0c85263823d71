/* SPDX-License-Identifier: Apache-2.0 */
#include "model/delta.h"

#include <string.h>

#include "test.h"

static const struct resource resource;

struct fixture {
	struct model *model;
	struct scope *scope;
	struct metric *metric;
	const struct snapshot *snapshot;
};

static struct fixture make(
	enum temporality_preference preference, enum instrument instrument, uint32_t max_series)
{
	static const double bounds[] = {1, 2};
	struct metric_desc desc = {
		.name = "m",
		.instrument = instrument,
		.bounds = bounds,
		.bound_count = instrument == INSTRUMENT_HISTOGRAM ? 2 : 0,
		.max_series = max_series,
	};
	struct fixture f = {.model = model_new(&resource)};

	model_set_temporality(f.model, preference);
	f.scope = model_add_scope(f.model, "s", "1", 50);
	f.metric = scope_add_metric(f.scope, &desc, NULL);
	assert_non_null(f.metric);
	return f;
}

static struct fixture make_counter(void)
{
	return make(PREFER_DELTA, INSTRUMENT_COUNTER, 0);
}

static uint32_t series_of(struct fixture *f, int64_t n)
{
	struct attr attr = attr_int("n", n);

	return metric_find_series(f->metric, &attr, 1);
}

/* A collection in which series 1 has this value. */
static const struct metric *collect(struct fixture *f, uint64_t now, uint64_t value)
{
	uint32_t series;

	model_begin(f->model, now);
	series = series_of(f, 1);
	metric_add(f->metric, series, value);
	f->snapshot = model_end(f->model);
	return f->metric;
}

/* A collection that finds nothing. */
static void collect_nothing(struct fixture *f, uint64_t now)
{
	model_begin(f->model, now);
	f->snapshot = model_end(f->model);
}

static void acknowledge(struct fixture *f)
{
	const struct snapshot_place first = {0}, end = {.scope = f->snapshot->scope_count};

	model_acknowledge(f->model, &first, &end);
}

static void check_series(
	const struct metric *metric, uint32_t series, uint64_t start, uint64_t number)
{
	assert_true(series_is_live(metric, series));
	assert_int_equal(metric->starts[series], start);
	assert_int_equal(metric->numbers[series], number);
}

/* The first one. */
static void check(const struct metric *metric, uint64_t start, uint64_t number)
{
	check_series(metric, 0, start, number);
}

static void test_only_an_acknowledgement_moves_the_mark(void **state)
{
	struct fixture f = make_counter();

	(void)state;
	check(collect(&f, 100, 5), 50, 5);
	acknowledge(&f);
	/* The snapshot stays as it was. */
	check(f.metric, 50, 5);
	check(collect(&f, 200, 12), 100, 7);
	check(collect(&f, 300, 13), 100, 8);
	check(collect(&f, 400, 20), 100, 15);
	acknowledge(&f);
	assert_false(series_is_live(collect(&f, 500, 20), 0));
	acknowledge(&f); /* what is not live was not sent */
	check(collect(&f, 600, 21), 400, 1);
	model_free(f.model);
}

static void test_acknowledgements_are_per_request(void **state)
{
	const struct metric_desc other_desc = {.name = "o", .instrument = INSTRUMENT_COUNTER};
	struct fixture f = make_counter();
	struct scope *scope = model_add_scope(f.model, "t", "1", 60);
	struct metric *other = scope_add_metric(f.scope, &other_desc, NULL);
	struct metric *last = scope_add_metric(scope, &other_desc, NULL);
	struct metric *metrics[] = {f.metric, other, last};
	/* From the middle of the first metric to the middle of the last. */
	const struct snapshot_place from = {.series = 2}, to = {.scope = 1, .series = 1};

	(void)state;
	for (uint64_t now = 100; now < 300; now += 100) {
		model_begin(f.model, now);
		for (size_t m = 0; m < ARRAY_SIZE(metrics); m++) {
			for (int64_t i = 0; i < 4; i++) {
				struct attr attr = attr_int("n", i);

				metric_add(metrics[m], metric_find_series(metrics[m], &attr, 1), 7);
			}
		}
		model_end(f.model);
		if (now == 100)
			model_acknowledge(f.model, &from, &to);
	}
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(series_is_live(metrics[0], i), i < 2);
		assert_int_equal(series_is_live(metrics[1], i), false);
		assert_int_equal(series_is_live(metrics[2], i), i >= 1);
	}
	check_series(metrics[0], 1, 50, 7);
	check_series(metrics[2], 1, 60, 7);
	model_free(f.model);
}

static void test_a_counter_that_goes_back_loses_nothing(void **state)
{
	struct fixture f = make_counter();

	(void)state;
	collect(&f, 100, 10);
	acknowledge(&f);
	check(collect(&f, 200, 15), 100, 5);
	/* Not delivered, and it begins anew: 5 from before, 3 since. */
	check(collect(&f, 300, 3), 100, 8);
	acknowledge(&f);
	check(collect(&f, 400, 4), 300, 1);
	acknowledge(&f);
	check(collect(&f, 500, 1), 400, 1);
	model_free(f.model);
}

static void test_a_series_ends_when_all_was_delivered(void **state)
{
	struct fixture f = make(PREFER_DELTA, INSTRUMENT_COUNTER, 1);
	uint32_t generation;

	(void)state;
	collect(&f, 100, 10);
	generation = series_generation(f.metric, 0);
	acknowledge(&f);
	collect(&f, 200, 12);
	collect_nothing(&f, 300); /* its entry is gone, 2 are not delivered */
	check(f.metric, 100, 2);
	assert_int_equal(series_generation(f.metric, 0), generation);
	/* Its place is taken: the limit holds, the counts of others are in the overflow. */
	model_begin(f.model, 400);
	assert_int_equal(series_of(&f, 2), metric_overflow_series(f.metric));
	metric_add(f.metric, metric_overflow_series(f.metric), 4);
	f.snapshot = model_end(f.model);
	check(f.metric, 100, 2);
	check_series(f.metric, 1, 300, 4);
	acknowledge(&f);
	collect_nothing(&f, 500);
	assert_int_not_equal(series_generation(f.metric, 0), generation);
	assert_false(series_is_live(f.metric, 0));
	assert_false(series_is_live(f.metric, 1));
	/* Another life, counted since the collection before. */
	check(collect(&f, 600, 3), 500, 3);
	model_free(f.model);
}

static void test_a_series_that_was_delivered_ends_at_once(void **state)
{
	struct fixture f = make_counter();
	uint32_t generation;

	(void)state;
	collect(&f, 100, 10);
	generation = series_generation(f.metric, 0);
	acknowledge(&f);
	collect_nothing(&f, 200);
	assert_int_not_equal(series_generation(f.metric, 0), generation);
	check(collect(&f, 300, 10), 200, 10);
	model_free(f.model);
}

static void test_an_entry_that_comes_back_counts_from_zero(void **state)
{
	struct fixture f = make_counter();

	(void)state;
	collect(&f, 100, 10);
	collect_nothing(&f, 200);
	/* More than before, and yet none of it was read before. */
	check(collect(&f, 300, 11), 50, 21);
	acknowledge(&f);
	check(collect(&f, 400, 12), 300, 1);
	model_free(f.model);
}

static void test_a_source_that_cannot_be_read(void **state)
{
	struct fixture f = make_counter();

	(void)state;
	collect(&f, 100, 10);
	acknowledge(&f);
	model_begin(f.model, 200);
	metric_add(f.metric, 0, 4); /* some of its entries */
	metric_skip(f.metric);
	model_end(f.model);
	assert_false(series_is_live(f.metric, 0));
	model_begin(f.model, 300);
	metric_skip(f.metric);
	f.snapshot = model_end(f.model);
	assert_false(series_is_live(f.metric, 0));
	acknowledge(&f);
	check(collect(&f, 400, 13), 100, 3);
	model_free(f.model);
}

static void test_two_entries_are_one_series(void **state)
{
	struct fixture f = make_counter();

	(void)state;
	for (uint64_t i = 1; i <= 2; i++) {
		model_begin(f.model, 100 * i);
		metric_add(f.metric, series_of(&f, 1), 5 * i);
		metric_add(f.metric, series_of(&f, 1), 7 * i);
		f.snapshot = model_end(f.model);
		check(f.metric, i == 1 ? 50 : 100, 12);
		acknowledge(&f);
	}
	model_free(f.model);
}

static void collect_two(struct fixture *f, uint64_t now, uint64_t a, uint64_t b)
{
	model_begin(f->model, now);
	if (a)
		metric_add(f->metric, series_of(f, 1), a);
	if (b)
		metric_add(f->metric, series_of(f, 1), b);
}

static void test_one_of_two_entries_goes(void **state)
{
	struct fixture f = make_counter();

	(void)state;
	collect_two(&f, 100, 100, 50);
	f.snapshot = model_end(f.model);
	acknowledge(&f);
	/* The first is gone; without knowing that, 57 would be counted anew. */
	collect_two(&f, 200, 0, 57);
	metric_retire(f.metric, 0, 100);
	f.snapshot = model_end(f.model);
	check(f.metric, 100, 7);
	acknowledge(&f);
	/* The second counts anew, and the pass fails after that; it is read as 4 then. */
	collect_two(&f, 300, 0, 3);
	metric_retire(f.metric, 0, 57);
	metric_skip(f.metric);
	f.snapshot = model_end(f.model);
	assert_false(series_is_live(f.metric, 0));
	collect_two(&f, 400, 6, 4);
	f.snapshot = model_end(f.model);
	check(f.metric, 200, 10);
	acknowledge(&f);
	/* Both are gone, one after it was seen with 5 more in a pass that failed. */
	model_begin(f.model, 500);
	metric_retire(f.metric, 0, 6 + 5);
	metric_retire(f.metric, 0, 4);
	f.snapshot = model_end(f.model);
	check(f.metric, 400, 5);
	acknowledge(&f);
	collect_nothing(&f, 600);
	assert_int_equal(f.metric->series[0].attr_count, 0);
	model_free(f.model);
}

static void collect_histogram(
	struct fixture *f, uint64_t now, uint64_t sum, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t buckets[] = {a, b, c};
	struct histogram observed = {.sum = sum, .buckets = buckets};

	model_begin(f->model, now);
	metric_add_histogram(f->metric, series_of(f, 1), &observed);
	f->snapshot = model_end(f->model);
}

static void check_histogram(
	const struct fixture *f, uint64_t start, uint64_t sum, uint64_t a, uint64_t b, uint64_t c)
{
	const struct series *series = &f->metric->series[0];
	const uint64_t expected[] = {a, b, c};

	assert_true(series_is_live(f->metric, 0));
	assert_int_equal(f->metric->starts[0], start);
	assert_int_equal(series->histogram.count, a + b + c);
	assert_int_equal(series->histogram.sum, sum);
	assert_memory_equal(series->histogram.buckets, expected, sizeof(expected));
}

static void test_histograms(void **state)
{
	struct fixture f = make(PREFER_LOWMEMORY, INSTRUMENT_HISTOGRAM, 0);

	(void)state;
	collect_histogram(&f, 100, 10, 1, 2, 3);
	check_histogram(&f, 50, 10, 1, 2, 3);
	collect_histogram(&f, 200, 15, 1, 4, 3);
	check_histogram(&f, 50, 15, 1, 4, 3);
	acknowledge(&f);
	check_histogram(&f, 50, 15, 1, 4, 3);
	collect_histogram(&f, 300, 15, 1, 4, 3);
	assert_false(series_is_live(f.metric, 0));
	collect_histogram(&f, 400, 16, 2, 4, 3);
	check_histogram(&f, 200, 1, 1, 0, 0);
	model_begin(f.model, 450);
	metric_add_histogram(
		f.metric, 0, &(struct histogram){.sum = 99, .buckets = (uint64_t[]){9, 9, 9}});
	metric_skip(f.metric);
	model_end(f.model);
	/* It begins anew, with more than before in one bucket. */
	collect_histogram(&f, 500, 70, 0, 0, 7);
	check_histogram(&f, 200, 71, 1, 0, 7);
	acknowledge(&f);
	/* Anew again: only the sum tells. */
	collect_histogram(&f, 600, 9, 0, 0, 9);
	check_histogram(&f, 500, 9, 0, 0, 9);
	collect_nothing(&f, 700);
	check_histogram(&f, 500, 9, 0, 0, 9);
	collect_histogram(&f, 800, 1, 1, 0, 0);
	check_histogram(&f, 500, 10, 1, 0, 9);
	acknowledge(&f);
	collect_nothing(&f, 900);
	assert_false(series_is_live(f.metric, 0));
	assert_int_equal(f.metric->series[0].attr_count, 0);
	model_free(f.model);
}

/* An event half recorded, its sum before its bucket: it waits for its count. */
static void test_a_sum_without_a_count_waits(void **state)
{
	struct fixture f = make(PREFER_DELTA, INSTRUMENT_HISTOGRAM, 0);

	(void)state;
	collect_histogram(&f, 100, 10, 1, 0, 0);
	acknowledge(&f);
	collect_histogram(&f, 200, 15, 1, 0, 0);
	assert_false(series_is_live(f.metric, 0));
	collect_histogram(&f, 300, 15, 2, 0, 0);
	check_histogram(&f, 100, 5, 1, 0, 0);
	model_free(f.model);
}

static void test_other_instruments_are_not_deltas(void **state)
{
	static const enum instrument instruments[] = {INSTRUMENT_UPDOWNCOUNTER, INSTRUMENT_GAUGE};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(instruments); i++) {
		struct fixture f = make(PREFER_DELTA, instruments[i], 0);

		check(collect(&f, 100, 5), 50, 5);
		acknowledge(&f);
		check(collect(&f, 200, 5), 50, 5);
		check(collect(&f, 300, 2), 50, 2);
		model_free(f.model);
	}
}

/* The clock is set back by an hour: times go on, and every interval has a length. */
static void test_a_clock_that_goes_back(void **state)
{
	struct fixture f = make_counter();

	(void)state;
	collect(&f, 10000, 1);
	acknowledge(&f);
	check(collect(&f, 6400, 2), 10000, 1);
	assert_int_equal(f.snapshot->time, 10001);
	acknowledge(&f);
	check(collect(&f, 6500, 4), 10001, 2);
	assert_int_equal(f.snapshot->time, 10002);
	/* And forward by a day. */
	acknowledge(&f);
	check(collect(&f, 100000, 5), 10002, 1);
	assert_int_equal(f.snapshot->time, 100000);
	model_free(f.model);
}

/* Buckets of scale 0 from index 0 on, up to (8, 16], and what the kernel says beside them. */
static const struct exponential *collect_exponential(
	struct fixture *f, uint64_t now, const uint64_t counts[4], uint64_t sum, uint64_t zeros)
{
	uint64_t buckets[4];
	struct exponential observed = {
		.bucket_count = 4, .sum = sum, .zero_count = zeros, .min = 2, .max = 16};
	uint32_t series;

	memcpy(buckets, counts, sizeof(buckets));
	observed.buckets = buckets;
	model_begin(f->model, now);
	series = series_of(f, 1);
	metric_add_exponential(f->metric, series, &observed);
	f->snapshot = model_end(f->model);
	return f->metric->series[series].exponential;
}

static void test_exponential_histograms(void **state)
{
	struct fixture f = make(PREFER_DELTA, INSTRUMENT_EXPONENTIAL_HISTOGRAM, 0);
	const struct exponential *point;

	(void)state;
	point = collect_exponential(&f, 100, (const uint64_t[]){1, 1, 0, 0}, 6, 0);
	assert_true(series_is_live(f.metric, 0));
	assert_int_equal(point->count, 2);
	assert_int_equal(point->sum, 6);
	/* The first delta is all that was counted. */
	assert_int_equal(point->offset, 0);
	acknowledge(&f);

	/* Twice without an acknowledgement: one wider delta. */
	collect_exponential(&f, 200, (const uint64_t[]){1, 2, 0, 1}, 20, 3);
	collect_exponential(&f, 300, (const uint64_t[]){2, 2, 0, 1}, 22, 3);
	assert_int_equal(f.metric->starts[0], 100);
	assert_int_equal(point->count, 3 + 3);
	assert_int_equal(point->zero_count, 3);
	assert_int_equal(point->sum, 16);
	assert_int_equal(point->bucket_count, 4);
	assert_int_equal(point->buckets[0], 1);
	assert_int_equal(point->buckets[1], 1);
	assert_int_equal(point->buckets[3], 1);
	assert_true(point->no_extremes);
	acknowledge(&f);

	/* Nothing new: no point. */
	collect_exponential(&f, 400, (const uint64_t[]){2, 2, 0, 1}, 22, 3);
	assert_false(series_is_live(f.metric, 0));

	/* A pass that was cut short does not count. */
	model_begin(f.model, 500);
	metric_skip(f.metric);
	f.snapshot = model_end(f.model);
	assert_false(series_is_live(f.metric, 0));

	/* Anew: all of it is new. */
	collect_exponential(&f, 600, (const uint64_t[]){0, 0, 1, 0}, 7, 0);
	assert_true(series_is_live(f.metric, 0));
	assert_int_equal(point->count, 1);
	assert_int_equal(point->sum, 7);
	assert_int_equal(point->offset, 2);

	/* Gone before it was delivered: it stays until it is. */
	collect_nothing(&f, 700);
	assert_true(series_is_live(f.metric, 0));
	assert_int_equal(point->count, 1);
	acknowledge(&f);
	collect_nothing(&f, 800);
	assert_false(series_is_live(f.metric, 0));
	model_free(f.model);
}

static void test_an_exponential_pass_that_was_cut_short(void **state)
{
	struct fixture f = make(PREFER_DELTA, INSTRUMENT_EXPONENTIAL_HISTOGRAM, 0);
	const struct exponential *point;
	uint64_t part = 1;
	struct exponential observed = {.bucket_count = 1, .sum = 2, .buckets = &part};

	(void)state;
	point = collect_exponential(&f, 100, (const uint64_t[]){5, 0, 0, 0}, 10, 0);
	acknowledge(&f);
	model_begin(f.model, 200);
	metric_add_exponential(f.metric, series_of(&f, 1), &observed);
	metric_skip(f.metric);
	f.snapshot = model_end(f.model);
	collect_exponential(&f, 300, (const uint64_t[]){6, 0, 0, 0}, 12, 0);
	assert_int_equal(point->count, 1);
	assert_int_equal(point->sum, 2);
	model_free(f.model);
}

/* Whether the last snapshot of the series 1 was acknowledged, as the next collection sees it. */
static bool is_delivered(struct fixture *f, uint64_t now, uint64_t value)
{
	bool delivered;

	model_begin(f->model, now);
	metric_add(f->metric, series_of(f, 1), value);
	delivered = metric_is_delivered(f->metric, series_of(f, 1));
	f->snapshot = model_end(f->model);
	return delivered;
}

static void acknowledge_part(const struct fixture *f, uint32_t from, uint32_t to)
{
	model_acknowledge(f->model, &(struct snapshot_place){.series = from},
		&(struct snapshot_place){.series = to});
}

static void test_who_is_delivered(void **state)
{
	static const enum temporality_preference preferences[] = {PREFER_CUMULATIVE, PREFER_DELTA};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture f = make(preferences[i], INSTRUMENT_COUNTER, 0);
		bool cumulative = preferences[i] == PREFER_CUMULATIVE;

		collect_nothing(&f, 100);
		(void)is_delivered(&f, 200, 5);
		assert_false(is_delivered(&f, 300, 5));
		acknowledge(&f);
		assert_true(is_delivered(&f, 400, 5));
		/* Nothing new: there is nothing to deliver, but a total is sent all the same. */
		assert_int_equal(is_delivered(&f, 500, 5), !cumulative);
		assert_int_equal(is_delivered(&f, 600, 6), !cumulative);
		/* Requests that did not carry it. */
		acknowledge_part(&f, 1, 9);
		assert_false(is_delivered(&f, 700, 6));
		acknowledge_part(&f, 0, 0);
		assert_false(is_delivered(&f, 800, 6));
		acknowledge_part(&f, 0, 1);
		acknowledge_part(&f, 1, 3);
		acknowledge_part(&f, 5, 6);
		assert_true(is_delivered(&f, 900, 6));
		assert_false(metric_is_overflow(f.metric, series_of(&f, 1)));
		assert_true(metric_is_overflow(f.metric, metric_overflow_series(f.metric)));
		model_free(f.model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_an_acknowledgement_moves_the_mark),
		cmocka_unit_test(test_acknowledgements_are_per_request),
		cmocka_unit_test(test_a_counter_that_goes_back_loses_nothing),
		cmocka_unit_test(test_a_series_ends_when_all_was_delivered),
		cmocka_unit_test(test_a_series_that_was_delivered_ends_at_once),
		cmocka_unit_test(test_an_entry_that_comes_back_counts_from_zero),
		cmocka_unit_test(test_a_source_that_cannot_be_read),
		cmocka_unit_test(test_two_entries_are_one_series),
		cmocka_unit_test(test_one_of_two_entries_goes),
		cmocka_unit_test(test_histograms),
		cmocka_unit_test(test_exponential_histograms),
		cmocka_unit_test(test_an_exponential_pass_that_was_cut_short),
		cmocka_unit_test(test_a_sum_without_a_count_waits),
		cmocka_unit_test(test_other_instruments_are_not_deltas),
		cmocka_unit_test(test_a_clock_that_goes_back),
		cmocka_unit_test(test_who_is_delivered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
