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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
