/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/console.h"

#include <errno.h>
#include <string.h>

#include "otlp/sample.h"
#include "test.h"

static const char everything[] =
	"net 1.2.3\n"
	"\n"
	"  packets  counter in {packet}, 3 series\n"
	"  Packets \"seen\"\n"
	"    9,223,372,036,854,775,807  cpu=-1 device=a\\nb up=false\n"
	"                    1,234,567  cpu=-1 device=eth0 up=true\n"
	"                            0  device=\"\"\n"
	"\n"
	"  queue  updowncounter, 1 series\n"
	"    -5  (no attributes)\n"
	"\n"
	"  temperature  gauge in Cel, 1 series\n"
	"  How warm\n"
	"    0.25  device=a\\nb\n"
	"\n"
	"disk\n"
	"\n"
	"  latency  histogram in s, 2 series\n"
	"    count     mean    p50      p90      p99\n"
	"    1,006   249 µs  ≤1 ms    ≤1 ms    ≤1 ms  device=sdb  0 █ ▁▁ ∞\n"
	"       16  15.6 ms  ≤1 ms  ≤100 ms  >100 ms  device=sda  0 █ ▄▁ ∞\n"
	"\n"
	"  time  counter in s, 2 series\n"
	"      1.5  (1.5 s)  device=sda\n"
	"    0.001   (1 ms)  device=sdb\n";

static void write_text(struct buf *out, const struct sample *sample, bool colour, uint32_t max)
{
	buf_clear(out);
	assert_int_equal(console_write(out, sample->snapshot, colour, max), 0);
	buf_putc(out, '\0');
	assert_false(out->failed);
}

static void test_everything(void **state)
{
	struct sample sample;
	struct buf out;

	(void)state;
	sample_new(&sample);
	buf_init(&out, 1 << 20);
	write_text(&out, &sample, false, 0);
	assert_string_equal((const char *)out.data, everything);
	/* A limit that nothing reaches changes nothing. */
	write_text(&out, &sample, false, 3);
	assert_string_equal((const char *)out.data, everything);
	buf_fini(&out);
	sample_free(&sample);
}

static void test_long_lists_are_cut(void **state)
{
	struct sample sample;
	struct buf out;

	(void)state;
	sample_new_many(&sample, 1000, 8);
	buf_init(&out, 1 << 20);
	write_text(&out, &sample, false, 2);
	assert_string_equal((const char *)out.data, "many 1\n\n  series  counter, 1000 series\n"
						    "    1,000  name=00000999\n"
						    "      999  name=00000998\n"
						    "    ... and 998 more series (sum 498,501)\n");
	buf_fini(&out);
	sample_free(&sample);
	sample_new(&sample);
	write_text(&out, &sample, false, 1);
	assert_non_null(strstr((const char *)out.data, "\n    ... and 1 more series (count 16)\n"));
	buf_fini(&out);
	sample_free(&sample);
}

/* Without the colours it is the same text, and only our own sequences are there. */
static void test_colour(void **state)
{
	struct sample sample;
	struct buf out, plain;
	bool inside = false;

	(void)state;
	sample_new(&sample);
	buf_init(&out, 1 << 20);
	buf_init(&plain, 1 << 20);
	write_text(&out, &sample, true, 0);
	assert_non_null(memchr(out.data, '\033', out.length));
	for (size_t i = 0; i < out.length; i++) {
		if (out.data[i] == '\033')
			inside = true;
		if (!inside)
			buf_putc(&plain, (char)out.data[i]);
		if (out.data[i] == 'm')
			inside = false;
	}
	assert_string_equal((const char *)plain.data, everything);
	buf_fini(&plain);
	buf_fini(&out);
	sample_free(&sample);
}

static void test_nothing_and_no_room(void **state)
{
	struct sample sample;
	struct buf out;

	(void)state;
	sample_new_empty(&sample);
	buf_init(&out, 1 << 20);
	write_text(&out, &sample, false, 0);
	assert_string_equal((const char *)out.data, "");
	buf_fini(&out);
	sample_free(&sample);
	sample_new(&sample);
	buf_init(&out, 100);
	assert_int_equal(console_write(&out, sample.snapshot, false, 0), -ENOMEM);
	buf_fini(&out);
	sample_free(&sample);
}

/* More buckets than columns share them; a histogram without bounds or observations has no chart. */
static void test_odd_histograms(void **state)
{
	enum {
		BOUNDS = 100
	};
	double bounds[BOUNDS];
	uint64_t buckets[BOUNDS + 1] = {0}, one = 7, zero[BOUNDS + 1] = {0};
	struct sample sample = {0};
	struct scope *scope;
	struct metric *metric;
	struct attr attr = attr_string("k", "v");
	struct buf out;

	(void)state;
	for (int i = 0; i < BOUNDS; i++) {
		bounds[i] = i + 1;
		buckets[i] = 1;
	}
	sample.model = model_new(&sample.resource);
	scope = model_add_scope(sample.model, "s", "", SAMPLE_CREATED);
	model_begin(sample.model, SAMPLE_TIME);
	metric = scope_add_metric(scope,
		&(struct metric_desc){.name = "wide",
			.instrument = INSTRUMENT_HISTOGRAM,
			.bounds = bounds,
			.bound_count = BOUNDS},
		NULL);
	metric_add_histogram(metric, metric_find_series(metric, NULL, 0),
		&(struct histogram){.count = 100, .sum = 5000, .buckets = buckets});
	metric_add_histogram(
		metric, metric_find_series(metric, &attr, 1), &(struct histogram){.buckets = zero});
	metric = scope_add_metric(scope,
		&(struct metric_desc){.name = "narrow", .instrument = INSTRUMENT_HISTOGRAM}, NULL);
	metric_add_histogram(metric, metric_find_series(metric, NULL, 0),
		&(struct histogram){.count = 7, .sum = 14, .buckets = &one});
	sample.snapshot = model_end(sample.model);
	buf_init(&out, 1 << 20);
	write_text(&out, &sample, false, 0);
	assert_string_equal((const char *)out.data,
		"s\n\n"
		"  wide  histogram, 2 series\n"
		"    count  mean  p50  p90  p99\n"
		"      100    50  ≤50  ≤90  ≤99  (no attributes)  0 █████████████████████████ 100\n"
		"        0     -    -    -    -  k=v\n"
		"\n"
		"  narrow  histogram, 1 series\n"
		"    count  mean  p50  p90  p99\n"
		"        7     2    -    -    -  (no attributes)  0 █ ∞\n");
	buf_fini(&out);
	model_free(sample.model);
}

static void test_exponential_histograms(void **state)
{
	struct sample sample = {0};
	struct scope *scope;
	struct metric *metric;
	struct attr attr = attr_string("k", "v");
	uint64_t buckets[] = {50, 0, 49, 1};
	struct exponential observed = {.scale = 0,
		.offset = -10,
		.bucket_count = 4,
		.sum = 300000000,
		.min = 1000000,
		.max = 10000000,
		.buckets = buckets};
	struct buf out;

	(void)state;
	sample.model = model_new(&sample.resource);
	scope = model_add_scope(sample.model, "s", "", SAMPLE_CREATED);
	model_begin(sample.model, SAMPLE_TIME);
	metric = scope_add_metric(scope,
		&(struct metric_desc){.name = "e",
			.unit = "s",
			.instrument = INSTRUMENT_EXPONENTIAL_HISTOGRAM,
			.divisor = 1000000000},
		NULL);
	metric_add_exponential(metric, metric_find_series(metric, NULL, 0), &observed);
	observed = (struct exponential){.zero_count = 3};
	metric_add_exponential(metric, metric_find_series(metric, &attr, 1), &observed);
	attr = attr_string("k", "w");
	observed.zero_count = 0;
	metric_add_exponential(metric, metric_find_series(metric, &attr, 1), &observed);
	sample.snapshot = model_end(sample.model);
	buf_init(&out, 1 << 20);
	write_text(&out, &sample, false, 0);
	assert_string_equal((const char *)out.data,
		"s\n\n"
		"  e  exponential_histogram in s, 3 series\n"
		"    count  mean       p50       p90       p99\n"
		"      100  3 ms  ≤1.95 ms  ≤7.81 ms  ≤7.81 ms  (no attributes)  977 µs █ █▁ 15.6 "
		"ms\n"
		"        3     0        ≤0        ≤0        ≤0  k=v  0 █ 0\n"
		"        0     -         -         -         -  k=w\n");
	write_text(&out, &sample, false, 1);
	assert_non_null(strstr((const char *)out.data, "\n    ... and 2 more series (count 3)\n"));
	buf_fini(&out);
	model_free(sample.model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_long_lists_are_cut),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_nothing_and_no_room),
		cmocka_unit_test(test_odd_histograms),
		cmocka_unit_test(test_exponential_histograms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
