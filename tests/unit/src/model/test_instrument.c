/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <errno.h>

#include "test.h"

static void test_names(void **state)
{
	enum instrument instrument;

	(void)state;
	assert_int_equal(instrument_from_name("updowncounter", &instrument), 0);
	assert_int_equal(instrument, INSTRUMENT_UPDOWNCOUNTER);
	assert_string_equal(instrument_name(INSTRUMENT_HISTOGRAM), "histogram");
	assert_int_equal(instrument_from_name("exponential_histogram", &instrument), 0);
	assert_int_equal(instrument, INSTRUMENT_EXPONENTIAL_HISTOGRAM);
	assert_int_equal(instrument_from_name("Counter", &instrument), -ENOENT);
	assert_int_equal(instrument_from_name("", &instrument), -ENOENT);
}

static void test_values_in_the_metric_unit(void **state)
{
	struct metric ns = {.desc = {.divisor = 1000000000}};
	struct metric plain = {.desc = {.divisor = 1}};
	struct metric sint = {.desc = {.divisor = 1, .is_signed = true}};
	int64_t integer = 0;

	(void)state;
	assert_true(metric_to_double(&ns, 1) == 1e-9);
	assert_true(metric_to_double(&ns, 1500000000) == 1.5);
	assert_true(metric_to_double(&ns, 299792458) == 0.299792458);
	assert_false(metric_to_integer(&ns, 1, &integer));
	assert_true(metric_to_integer(&plain, INT64_MAX, &integer));
	assert_true(integer == INT64_MAX);
	/* OTLP integers are signed: larger ones keep their size as doubles. */
	assert_false(metric_to_integer(&plain, (uint64_t)INT64_MAX + 1, &integer));
	assert_true(metric_to_double(&plain, UINT64_MAX) == 18446744073709551616.0);
	assert_true(metric_to_integer(&sint, (uint64_t)-5, &integer));
	assert_true(integer == -5);
	assert_true(metric_to_double(&sint, (uint64_t)-5) == -5.0);
}

/* The nearest double, as a compiler finds it for the decimal number: also where a value is none. */
static void test_values_are_rounded_once(void **state)
{
	static const struct {
		uint64_t factor, divisor, value;
		double expected;
	} rows[] = {
		{0, 1000, 160582170783849234, 160582170783849.234},
		{0, 1000, 7348923650440504779, 7348923650440504.779},
		{0, 1000, 489420729856569952, 489420729856569.952},
		{0, 1000, UINT64_MAX, 18446744073709551.615},
		{0, 1000000, 2175391803429965651, 2175391803429.965651},
		{0, 1000000000, 724075070743785671, 724075070.743785671},
		{0, 1000000000, 9606683843737507303U, 9606683843.737507303},
		{0, 1000000000, UINT64_MAX, 18446744073.709551615},
		{1, 1, (UINT64_C(1) << 53) + 1, 9007199254740993.0},
		{1, 1, (UINT64_C(1) << 53) + 3, 9007199254740995.0},
		{1, 1, UINT64_MAX, 18446744073709551615.0},
		/* With a factor. */
		{4096, 1, UINT64_MAX, 75557863725914323415040.0},
		{1 << 10, 1000000, 9007199254740993, 9223372036854.776832},
		{60, 1000000000, 160582170783849235, 9634930247.0309541},
		{UINT64_C(1) << 63, 3, 3, 9223372036854775808.0},
		{UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX, 9223372036854775808.0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct metric metric = {
			.desc = {.factor = rows[i].factor, .divisor = rows[i].divisor}};
		uint64_t value = rows[i].value;

		if (metric_to_double(&metric, value) != rows[i].expected)
			fail_msg("row %zu: found %.17g, expected %.17g", i,
				metric_to_double(&metric, value), rows[i].expected);
		metric.desc.is_signed = true;
		if (value <= INT64_MAX)
			assert_true(metric_to_double(&metric, -value) == -rows[i].expected);
	}
}

/* OTLP metrics exporter specification, "temporality preference", rows of asynchronous instruments.
 */
static void test_temporality(void **state)
{
	static const struct {
		enum instrument instrument;
		enum temporality cumulative, delta, lowmemory;
	} rows[] = {
		{INSTRUMENT_COUNTER, TEMPORALITY_CUMULATIVE, TEMPORALITY_DELTA,
			TEMPORALITY_CUMULATIVE},
		{INSTRUMENT_HISTOGRAM, TEMPORALITY_CUMULATIVE, TEMPORALITY_DELTA,
			TEMPORALITY_DELTA},
		{INSTRUMENT_EXPONENTIAL_HISTOGRAM, TEMPORALITY_CUMULATIVE, TEMPORALITY_DELTA,
			TEMPORALITY_DELTA},
		{INSTRUMENT_UPDOWNCOUNTER, TEMPORALITY_CUMULATIVE, TEMPORALITY_CUMULATIVE,
			TEMPORALITY_CUMULATIVE},
		{INSTRUMENT_GAUGE, TEMPORALITY_CUMULATIVE, TEMPORALITY_CUMULATIVE,
			TEMPORALITY_CUMULATIVE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum instrument instrument = rows[i].instrument;

		assert_int_equal(
			instrument_temporality(instrument, PREFER_CUMULATIVE), rows[i].cumulative);
		assert_int_equal(instrument_temporality(instrument, PREFER_DELTA), rows[i].delta);
		assert_int_equal(
			instrument_temporality(instrument, PREFER_LOWMEMORY), rows[i].lowmemory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_temporality),
		cmocka_unit_test(test_values_in_the_metric_unit),
		cmocka_unit_test(test_values_are_rounded_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
