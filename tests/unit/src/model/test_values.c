/* SPDX-License-Identifier: Apache-2.0 */
/* Values that come in runs and values that come one by one are the same. */
#include "model/values.h"

#include <stdlib.h>

#include "test.h"

enum {
	SERIES = 300,
	PASSES = 200,
};

static const struct resource resource;

struct life {
	struct model *model;
	struct metric *metric;
};

static struct life make(enum instrument instrument, enum temporality_preference preference)
{
	const struct metric_desc desc = {.name = "m", .instrument = instrument};
	struct life life = {.model = model_new(&resource)};

	model_set_temporality(life.model, preference);
	life.metric = scope_add_metric(model_add_scope(life.model, "s", "1", 50), &desc, NULL);
	assert_non_null(life.metric);
	return life;
}

static void begin(struct life *life, uint64_t now)
{
	model_begin(life->model, now);
	for (int64_t i = 0; i < SERIES; i++) {
		struct attr attr = attr_int("n", i);

		assert_int_equal(metric_find_series(life->metric, &attr, 1), i);
	}
}

/* A run of values, of which a few changed, seldom one fell; at times they come twice. */
static void give(struct life *one, struct life *run, uint64_t *values, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		if (rand() % 20 == 0)
			values[i] += (uint64_t)rand() % 1000;
		if (rand() % 500 == 0)
			values[i] /= 2;
	}
	for (int times = rand() % 20 ? 1 : 2; times; times--) {
		for (uint32_t i = from; i < to; i++)
			metric_add(one->metric, i, values[i]);
		metric_add_run(run->metric, from, &values[from], to - from);
	}
}

static void check(const struct life *one, const struct life *run)
{
	assert_int_equal(run->metric->series_count, SERIES);
	for (uint32_t i = 0; i < SERIES; i++) {
		bool live = series_is_live(one->metric, i);

		assert_int_equal(series_is_live(run->metric, i), live);
		if (!live)
			continue;
		assert_int_equal(run->metric->numbers[i], one->metric->numbers[i]);
		assert_int_equal(run->metric->starts[i], one->metric->starts[i]);
	}
}

static void compare(enum instrument instrument, enum temporality_preference preference)
{
	struct life one = make(instrument, preference), run = make(instrument, preference);
	const struct snapshot_place first = {0};
	uint64_t values[SERIES] = {0};

	for (uint64_t pass = 1; pass <= PASSES; pass++) {
		const struct snapshot_place to = {.series = (uint32_t)rand() % (2 * SERIES)};
		uint32_t from = 0;

		begin(&one, pass * 100);
		begin(&run, pass * 100);
		while (from < SERIES) {
			uint32_t end = from + 1 + (uint32_t)rand() % 150;

			end = end < SERIES ? end : SERIES;
			give(&one, &run, values, from, end);
			from = end;
		}
		if (rand() % 10 == 0) {
			metric_skip(one.metric);
			metric_skip(run.metric);
		}
		model_end(one.model);
		model_end(run.model);
		check(&one, &run);
		if (rand() % 2) {
			model_acknowledge(one.model, &first, &to);
			model_acknowledge(run.model, &first, &to);
		}
	}
	model_free(one.model);
	model_free(run.model);
}

static void test_runs(void **state)
{
	static const enum instrument instruments[] = {
		INSTRUMENT_COUNTER, INSTRUMENT_UPDOWNCOUNTER, INSTRUMENT_GAUGE};

	(void)state;
	srand(7);
	for (size_t i = 0; i < ARRAY_SIZE(instruments); i++) {
		compare(instruments[i], PREFER_CUMULATIVE);
		compare(instruments[i], PREFER_DELTA);
	}
}

/* What did not change is still there, and what was not delivered is still to be. */
static void test_idle_series_go_on(void **state)
{
	struct life life = make(INSTRUMENT_COUNTER, PREFER_DELTA);
	const struct snapshot_place first = {0}, to = {.series = 100}, end = {.scope = 1};
	uint64_t values[SERIES];

	(void)state;
	for (uint32_t i = 0; i < SERIES; i++)
		values[i] = i + 1;
	for (uint64_t pass = 1; pass <= 4; pass++) {
		begin(&life, pass * 100);
		values[200] += pass == 3;
		metric_add_run(life.metric, 0, values, SERIES);
		model_end(life.model);
		for (uint32_t i = 0; i < SERIES; i++) {
			bool live = pass == 1 || (pass < 4 && i >= 100);

			assert_int_equal(series_is_live(life.metric, i), live);
			assert_int_equal(live ? life.metric->starts[i] : 50, 50);
			if (live)
				assert_int_equal(life.metric->numbers[i], values[i]);
		}
		model_acknowledge(life.model, &first, pass == 3 ? &end : &to);
	}
	/* All go at once, with nothing left to deliver. */
	model_begin(life.model, 500);
	model_end(life.model);
	for (uint32_t i = 0; i < SERIES; i++)
		assert_null(life.metric->series[i].attrs);
	model_free(life.model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_idle_series_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
