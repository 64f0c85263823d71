/* SPDX-License-Identifier: Apache-2.0 */
/* What start times, times and values become when a count begins anew or the clock jumps: every case
 * for every kind of sum. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "model/model.h"
#include "test.h"

enum {
	GONE = UINT32_MAX, /* the entry is not there; no point is expected */
	STEPS = 6,
	CREATED = 50
};

/* Nanoseconds of a day. */
#define DAY (86400 * NSEC_PER_SEC)

struct step {
	uint64_t clock;
	uint32_t value; /* of the entry; 0: this was the last step */
};

struct point {
	uint64_t start, time;
	uint32_t value;
};

static const struct {
	const char *what;
	struct step steps[STEPS];
	struct point cumulative[STEPS], delta[STEPS];
} cases[] = {
	{"nothing happens", {{100, 5}, {200, 7}, {300, 7}, {400, 8}},
		{{50, 100, 5}, {50, 200, 7}, {50, 300, 7}, {50, 400, 8}},
		{{50, 100, 5}, {100, 200, 2}, {0, 300, GONE}, {200, 400, 1}}},
	{"a foreign map is loaded anew", {{100, 5}, {200, 7}, {300, 2}, {400, 3}},
		{{50, 100, 5}, {50, 200, 7}, {200, 300, 2}, {200, 400, 3}},
		{{50, 100, 5}, {100, 200, 2}, {200, 300, 2}, {300, 400, 1}}},
	{"a counter goes back twice", {{100, 5}, {200, 4}, {300, 3}, {400, 9}},
		{{50, 100, 5}, {100, 200, 4}, {200, 300, 3}, {200, 400, 9}},
		{{50, 100, 5}, {100, 200, 4}, {200, 300, 3}, {300, 400, 6}}},
	{"an LRU entry is evicted and comes back", {{100, 5}, {200, GONE}, {300, 3}, {400, 4}},
		{{50, 100, 5}, {0, 200, GONE}, {200, 300, 3}, {200, 400, 4}},
		{{50, 100, 5}, {0, 200, GONE}, {200, 300, 3}, {300, 400, 1}}},
	{"an LRU entry is evicted, and comes back before anybody looks",
		{{100, 5}, {200, 2}, {300, 6}}, {{50, 100, 5}, {100, 200, 2}, {100, 300, 6}},
		{{50, 100, 5}, {100, 200, 2}, {200, 300, 4}}},
	{"the clock is set back", {{1000, 5}, {400, 6}, {410, 8}, {1100, 9}},
		{{50, 1000, 5}, {50, 1001, 6}, {50, 1002, 8}, {50, 1100, 9}},
		{{50, 1000, 5}, {1000, 1001, 1}, {1001, 1002, 2}, {1002, 1100, 1}}},
	{"the clock is set back before counting began", {{20, 5}, {30, 6}},
		{{50, 51, 5}, {50, 52, 6}}, {{50, 51, 5}, {51, 52, 1}}},
	{"the clock is set forward by ten years, and back",
		{{100, 5}, {3650 * DAY, 6}, {200, 7}, {300, 9}},
		{{50, 100, 5}, {50, 3650 * DAY, 6}, {50, 3650 * DAY + 1, 7},
			{50, 3650 * DAY + 2, 9}},
		{{50, 100, 5}, {100, 3650 * DAY, 1}, {3650 * DAY, 3650 * DAY + 1, 1},
			{3650 * DAY + 1, 3650 * DAY + 2, 2}}},
	{"the machine is suspended for a day", {{100, 5}, {DAY, 5}, {DAY + 100, 6}},
		{{50, 100, 5}, {50, DAY, 5}, {50, DAY + 100, 6}},
		{{50, 100, 5}, {0, DAY, GONE}, {100, DAY + 100, 1}}},
	{"a count begins anew while the clock is behind", {{1000, 5}, {400, 2}, {1100, 3}},
		{{50, 1000, 5}, {1000, 1001, 2}, {1000, 1100, 3}},
		{{50, 1000, 5}, {1000, 1001, 2}, {1001, 1100, 1}}},
};

static const enum instrument instruments[] = {
	INSTRUMENT_COUNTER, INSTRUMENT_HISTOGRAM, INSTRUMENT_EXPONENTIAL_HISTOGRAM};

static void add(struct metric *metric, uint64_t value)
{
	uint64_t buckets[2] = {value, 0};
	const struct histogram histogram = {.sum = value, .buckets = buckets};
	const struct exponential exponential = {
		.offset = -1,
		.bucket_count = 1,
		.sum = value,
		.min = 1,
		.max = 1,
		.buckets = buckets,
	};
	uint32_t series = metric_find_series(metric, NULL, 0);

	if (metric->desc.instrument == INSTRUMENT_COUNTER)
		metric_add(metric, series, value);
	else if (metric->desc.instrument == INSTRUMENT_HISTOGRAM)
		metric_add_histogram(metric, series, &histogram);
	else
		metric_add_exponential(metric, series, &exponential);
}

static uint64_t count_of(const struct metric *metric, const struct series *series)
{
	if (metric->desc.instrument == INSTRUMENT_COUNTER)
		return series_number(metric, series);
	if (metric->desc.instrument == INSTRUMENT_HISTOGRAM)
		return series->histogram.count;
	return series->exponential->count;
}

static uint64_t sum_of(const struct metric *metric, const struct series *series)
{
	if (metric->desc.instrument == INSTRUMENT_COUNTER)
		return series_number(metric, series);
	if (metric->desc.instrument == INSTRUMENT_HISTOGRAM)
		return series->histogram.sum;
	return series->exponential->sum;
}

/* The only live series; NULL: none. */
static const struct series *live_series(const struct metric *metric)
{
	const struct series *found = NULL;

	for (uint32_t i = 0; i < metric->series_count; i++) {
		if (!series_is_live(metric, i))
			continue;
		assert_null(found);
		found = &metric->series[i];
	}
	return found;
}

static void check(
	const struct metric *metric, const struct snapshot *snapshot, const struct point *expected)
{
	const struct series *series = live_series(metric);

	assert_int_equal(snapshot->time, expected->time);
	if (expected->value == GONE) {
		assert_null(series);
		return;
	}
	assert_non_null(series);
	assert_int_equal(series_start(metric, series), expected->start);
	assert_int_equal(count_of(metric, series), expected->value);
	assert_int_equal(sum_of(metric, series), expected->value);
	assert_true(series_start(metric, series) < snapshot->time);
}

static void run_case(size_t number, enum instrument instrument, enum temporality_preference wanted)
{
	static const struct resource resource;
	static const double bound = 1;
	const struct metric_desc desc = {.name = "m",
		.instrument = instrument,
		.bounds = &bound,
		.bound_count = instrument == INSTRUMENT_HISTOGRAM};
	const struct snapshot_place first = {0}, end = {.scope = 1};
	struct model *model = model_new(&resource);
	struct metric *metric;

	printf("%s, %s %s\n", cases[number].what, wanted == PREFER_DELTA ? "delta" : "cumulative",
		instrument_name(instrument));
	model_set_temporality(model, wanted);
	metric = scope_add_metric(model_add_scope(model, "s", "1", CREATED), &desc, NULL);
	for (size_t i = 0; i < STEPS && cases[number].steps[i].value; i++) {
		const struct step *step = &cases[number].steps[i];
		const struct snapshot *snapshot;

		model_begin(model, step->clock);
		if (step->value != GONE)
			add(metric, step->value);
		snapshot = model_end(model);
		check(metric, snapshot,
			wanted == PREFER_DELTA ? &cases[number].delta[i]
					       : &cases[number].cumulative[i]);
		model_acknowledge(model, &first, &end);
	}
	model_free(model);
}

static void resets(void **state)
{
	(void)state;
	for (size_t number = 0; number < ARRAY_SIZE(cases); number++) {
		for (size_t i = 0; i < ARRAY_SIZE(instruments); i++) {
			run_case(number, instruments[i], PREFER_CUMULATIVE);
			run_case(number, instruments[i], PREFER_DELTA);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
