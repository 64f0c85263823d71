/* SPDX-License-Identifier: Apache-2.0 */
/* The judge is protobuf-c with the code that protoc-c generates from the schema. */
#include "otlp/encode_exponential.h"

#include <stdlib.h>
#include <string.h>

#include "metrics_service.pb-c.h"

#include "base/compiler.h"
#include "base/limits.h"
#include "otlp/encode.h"
#include "test.h"

#define unpack_request                                                                             \
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__unpack
#define pack_request                                                                               \
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__pack
#define free_request                                                                               \
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__free_unpacked

typedef Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest request;
typedef Opentelemetry__Proto__Metrics__V1__ExponentialHistogram histogram_message;
typedef Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint point;

#define CREATED UINT64_C(1700000000000000000)
#define NOW	UINT64_C(1700000060000000000)

static const struct resource resource = {.schema_url = ""};

static uint64_t small_counts[] = {1, 4, 1};
static uint64_t wide_counts[] = {1, 0, 127, 128, UINT64_MAX / 4, 0, 3};

/* One series each. Divisor 10. */
static const struct exponential samples[] = {
	{.scale = -1,
		.offset = -1,
		.bucket_count = 3,
		.buckets = small_counts,
		.sum = 310,
		.min = 10,
		.max = 160},
	{.scale = 5,
		.offset = 0,
		.bucket_count = 3,
		.buckets = small_counts,
		.sum = 62,
		.min = 11,
		.max = 11},
	{.scale = 0, .offset = 1000, .bucket_count = 7, .buckets = wide_counts, .zero_count = 9},
	{.scale = 20, .offset = -1126170625, .bucket_count = 1, .buckets = small_counts},
	{.zero_count = 4}, {.zero_count = 0}, /* nothing at all */
};

struct fixture {
	struct model *model;
	struct metric *metric;
	struct encoder *encoder;
	struct encode_cursor cursor;
	struct buf out;
};

static void start(struct fixture *f, uint32_t series)
{
	const struct metric_desc desc = {
		.name = "latency",
		.unit = "s",
		.instrument = INSTRUMENT_EXPONENTIAL_HISTOGRAM,
		.divisor = 10,
		.max_series = series,
	};
	struct scope *scope;

	f->model = model_new(&resource);
	scope = model_add_scope(f->model, "scope", "1", CREATED);
	f->metric = scope_add_metric(scope, &desc, NULL);
	assert_non_null(f->metric);
	model_begin(f->model, NOW);
	for (uint32_t i = 0; i < series; i++) {
		struct attr attr = attr_int("n", i);

		metric_add_exponential(f->metric, metric_find_series(f->metric, &attr, 1),
			&samples[i % ARRAY_SIZE(samples)]);
	}
	f->encoder = encoder_new();
	buf_init(&f->out, LIMIT_REQUEST_BYTES);
	assert_int_equal(encode_begin(f->encoder, &f->cursor, model_end(f->model)), 0);
}

static void stop(struct fixture *f)
{
	encoder_free(f->encoder);
	buf_fini(&f->out);
	model_free(f->model);
}

/* Decodes, and checks that the judge would have written the same bytes. */
static request *decode(const struct buf *bytes)
{
	request *decoded = unpack_request(NULL, bytes->length, bytes->data);
	uint8_t *again = malloc(bytes->length);

	assert_non_null(decoded);
	assert_non_null(again);
	assert_int_equal(pack_request(decoded, again), bytes->length);
	assert_memory_equal(again, bytes->data, bytes->length);
	free(again);
	return decoded;
}

static void check_point(const point *found, const struct fixture *f, int64_t n)
{
	const struct exponential *expected = f->metric->series[n].exponential;

	assert_int_equal(found->n_attributes, 1);
	assert_int_equal(found->attributes[0]->value->int_value, n);
	assert_int_equal(found->start_time_unix_nano, CREATED);
	assert_int_equal(found->time_unix_nano, NOW);
	assert_int_equal(found->count, expected->count);
	assert_int_equal(found->zero_count, expected->zero_count);
	assert_int_equal(found->scale, expected->scale);
	assert_int_equal(found->optional_sum_case,
		OPENTELEMETRY__PROTO__METRICS__V1__EXPONENTIAL_HISTOGRAM_DATA_POINT__OPTIONAL_SUM_SUM);
	assert_true(found->sum == (double)expected->sum / 10);
	assert_int_equal(found->optional_min_case != 0, expected->count != 0);
	assert_int_equal(found->optional_max_case != 0, expected->count != 0);
	if (expected->count) {
		assert_true(found->min == (double)expected->min / 10);
		assert_true(found->max == (double)expected->max / 10);
	}
	assert_true(found->zero_threshold == 0);
	assert_null(found->negative);
	assert_int_equal(found->positive != NULL, expected->bucket_count != 0);
	if (!found->positive)
		return;
	assert_int_equal(found->positive->offset, expected->offset);
	assert_int_equal(found->positive->n_bucket_counts, expected->bucket_count);
	assert_memory_equal(found->positive->bucket_counts, expected->buckets,
		expected->bucket_count * sizeof(uint64_t));
}

static const histogram_message *histogram_of(const request *decoded)
{
	const Opentelemetry__Proto__Metrics__V1__Metric *metric =
		decoded->resource_metrics[0]->scope_metrics[0]->metrics[0];

	assert_int_equal(metric->data_case,
		OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_EXPONENTIAL_HISTOGRAM);
	assert_int_equal(metric->exponential_histogram->aggregation_temporality,
		OPENTELEMETRY__PROTO__METRICS__V1__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_CUMULATIVE);
	return metric->exponential_histogram;
}

static void test_as_the_judge_reads_it(void **state)
{
	struct encoded encoded;
	struct fixture f;
	request *decoded;

	(void)state;
	start(&f, ARRAY_SIZE(samples));
	assert_int_equal(
		encode_next(f.encoder, &f.cursor, LIMIT_REQUEST_BYTES, &f.out, &encoded), 0);
	assert_int_equal(encoded.points, ARRAY_SIZE(samples));
	decoded = decode(&f.out);
	assert_int_equal(histogram_of(decoded)->n_data_points, ARRAY_SIZE(samples));
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		check_point(histogram_of(decoded)->data_points[i], &f, (int64_t)i);
	free_request(decoded, NULL);
	stop(&f);
}

/* Points of different lengths fill requests up to the limit; each comes once. */
static void test_splits(void **state)
{
	enum {
		SERIES = 3000,
		LIMIT = 4096,
		LONGEST = 120,
	};
	struct encoded encoded;
	struct fixture f;
	uint64_t points = 0;

	(void)state;
	start(&f, SERIES);
	while (encode_next(f.encoder, &f.cursor, LIMIT, &f.out, &encoded) == 0 && encoded.points) {
		request *decoded = decode(&f.out);

		assert_true(f.out.length <= LIMIT);
		assert_int_equal(encoded.too_large, 0);
		assert_int_equal(histogram_of(decoded)->n_data_points, encoded.points);
		for (uint64_t i = 0; i < encoded.points; i++)
			check_point(
				histogram_of(decoded)->data_points[i], &f, (int64_t)(points + i));
		points += encoded.points;
		if (points < SERIES)
			assert_true(f.out.length > LIMIT - LONGEST);
		free_request(decoded, NULL);
	}
	assert_int_equal(points, SERIES);
	stop(&f);
}

/* scale and offset are zigzag sint32: bytes by hand from the schema. */
static void test_bytes(void **state)
{
	static const uint8_t expected[] = {
		0x21, 6, 0, 0, 0, 0, 0, 0, 0,	    /* count */
		0x29, 0, 0, 0, 0, 0, 0, 0x3f, 0x40, /* sum 31 */
		0x30, 1,			    /* scale -1 */
		0x42, 7, 0x08, 1, 0x12, 3, 1, 4, 1, /* positive: offset -1 */
		0x61, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, /* min 1 */
		0x69, 0, 0, 0, 0, 0, 0, 0x30, 0x40, /* max 16 */
	};
	struct encoded encoded;
	struct fixture f;
	size_t at;

	(void)state;
	start(&f, 1);
	assert_int_equal(
		encode_next(f.encoder, &f.cursor, LIMIT_REQUEST_BYTES, &f.out, &encoded), 0);
	/* Behind the last point stands the temporality, 2 bytes. */
	at = f.out.length - 2 - sizeof(expected);
	assert_memory_equal(f.out.data + at, expected, sizeof(expected));
	assert_int_equal(
		exponential_point_size(f.metric->series[0].exponential), sizeof(expected) + 2 * 9);
	stop(&f);
}

/* A histogram of octaves, which has a threshold below which all is zero. */
static void test_octaves(void **state)
{
	static const uint8_t expected[] = {
		0x21, 7, 0, 0, 0, 0, 0, 0, 0,	    /* count */
		0x29, 0, 0, 0, 0, 0, 0, 0x3f, 0x40, /* sum 31 */
		0x39, 4, 0, 0, 0, 0, 0, 0, 0,	    /* zero_count */
		0x42, 6, 0x08, 2, 0x12, 2, 1, 2,    /* positive: offset 1 */
		0x71, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, /* zero_threshold 1 */
		0x10, 2,			    /* cumulative */
	};
	static const double bounds[] = {1, 2, 4, 8};
	uint64_t buckets[] = {4, 0, 1, 2, 0};
	const struct histogram observed = {.sum = 31, .buckets = buckets};
	const struct metric_desc desc = {
		.name = "m",
		.unit = "By",
		.instrument = INSTRUMENT_HISTOGRAM,
		.bounds = bounds,
		.bound_count = 4,
		.octaves = true,
	};
	struct encode_cursor cursor = {0};
	struct model *model = model_new(&resource);
	struct encoder *encoder = encoder_new();
	struct metric *metric = scope_add_metric(model_add_scope(model, "s", "1", 1), &desc, NULL);
	struct encoded encoded;
	struct buf out;

	(void)state;
	buf_init(&out, LIMIT_REQUEST_BYTES);
	model_begin(model, 10);
	metric_add_histogram(metric, metric_find_series(metric, NULL, 0), &observed);
	assert_int_equal(encode_begin(encoder, &cursor, model_end(model)), 0);
	assert_int_equal(encode_next(encoder, &cursor, LIMIT_REQUEST_BYTES, &out, &encoded), 0);
	assert_int_equal(encoded.points, 1);
	assert_memory_equal(out.data + out.length - sizeof(expected), expected, sizeof(expected));
	buf_fini(&out);
	encoder_free(encoder);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_judge_reads_it),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_octaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
