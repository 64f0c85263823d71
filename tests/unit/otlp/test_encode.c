/* SPDX-License-Identifier: Apache-2.0 */
/* The judge is protobuf-c with the code that protoc-c generates from the schema. */
#include "otlp/encode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "metrics_service.pb-c.h"

#include "base/compiler.h"
#include "base/limits.h"
#include "otlp/sample.h"
#include "test.h"

#define unpack_request                                                                             \
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__unpack
#define pack_request                                                                               \
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__pack
#define request_size                                                                               \
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__get_packed_size
#define free_request                                                                               \
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__free_unpacked

typedef Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest request;
typedef Opentelemetry__Proto__Metrics__V1__ResourceMetrics resource_metrics;
typedef Opentelemetry__Proto__Metrics__V1__Metric metric_message;
typedef Opentelemetry__Proto__Metrics__V1__NumberDataPoint number_point;
typedef Opentelemetry__Proto__Metrics__V1__HistogramDataPoint histogram_point;
typedef Opentelemetry__Proto__Common__V1__KeyValue key_value;

/* Decodes, and checks that the judge would have written the same bytes. */
static request *decode(const struct buf *bytes)
{
	request *decoded = unpack_request(NULL, bytes->length, bytes->data);
	uint8_t *again;

	assert_non_null(decoded);
	assert_int_equal(request_size(decoded), bytes->length);
	again = malloc(bytes->length);
	assert_non_null(again);
	assert_int_equal(pack_request(decoded, again), bytes->length);
	assert_memory_equal(again, bytes->data, bytes->length);
	free(again);
	return decoded;
}

static void check_attrs(key_value **found, size_t count, const struct attr *attrs, size_t expected)
{
	assert_int_equal(count, expected);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(found[i]->key, attrs[i].key);
		switch (attrs[i].type) {
		case ATTR_STRING:
			assert_int_equal(found[i]->value->value_case,
				OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_STRING_VALUE);
			assert_string_equal(found[i]->value->string_value, attrs[i].string);
			break;
		case ATTR_INT:
			assert_int_equal(found[i]->value->value_case,
				OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_INT_VALUE);
			assert_int_equal(found[i]->value->int_value, attrs[i].integer);
			break;
		case ATTR_BOOL:
			assert_int_equal(found[i]->value->value_case,
				OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_BOOL_VALUE);
			assert_int_equal(found[i]->value->bool_value, attrs[i].boolean);
			break;
		}
	}
}

static void check_number(
	const number_point *point, const struct metric *metric, const struct series *series)
{
	int64_t integer;

	assert_int_equal(point->start_time_unix_nano, SAMPLE_CREATED);
	assert_int_equal(point->time_unix_nano, SAMPLE_TIME);
	assert_int_equal(point->flags, 0);
	check_attrs(point->attributes, point->n_attributes, series->attrs, series->attr_count);
	if (metric_to_integer(metric, series_number(metric, series), &integer)) {
		assert_int_equal(point->value_case,
			OPENTELEMETRY__PROTO__METRICS__V1__NUMBER_DATA_POINT__VALUE_AS_INT);
		assert_true(point->as_int == integer);
	} else {
		assert_int_equal(point->value_case,
			OPENTELEMETRY__PROTO__METRICS__V1__NUMBER_DATA_POINT__VALUE_AS_DOUBLE);
		assert_true(point->as_double ==
			    metric_to_double(metric, series_number(metric, series)));
	}
}

static void check_histogram(
	const histogram_point *point, const struct metric *metric, const struct series *series)
{
	assert_int_equal(point->start_time_unix_nano, SAMPLE_CREATED);
	assert_int_equal(point->time_unix_nano, SAMPLE_TIME);
	assert_int_equal(point->count, series->histogram.count);
	assert_int_equal(point->optional_sum_case,
		OPENTELEMETRY__PROTO__METRICS__V1__HISTOGRAM_DATA_POINT__OPTIONAL_SUM_SUM);
	assert_true(point->sum == metric_to_double(metric, series->histogram.sum));
	assert_int_equal(point->n_explicit_bounds, metric->desc.bound_count);
	assert_int_equal(point->n_bucket_counts, metric->desc.bound_count + 1);
	for (uint32_t i = 0; i < metric->desc.bound_count; i++)
		assert_true(point->explicit_bounds[i] == metric->desc.bounds[i]);
	for (uint32_t i = 0; i <= metric->desc.bound_count; i++)
		assert_int_equal(point->bucket_counts[i], series->histogram.buckets[i]);
	check_attrs(point->attributes, point->n_attributes, series->attrs, series->attr_count);
}

static void check_sum(
	const Opentelemetry__Proto__Metrics__V1__Sum *sum, const struct metric *metric)
{
	assert_int_equal(sum->aggregation_temporality,
		OPENTELEMETRY__PROTO__METRICS__V1__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_CUMULATIVE);
	assert_int_equal(sum->is_monotonic, metric->desc.instrument == INSTRUMENT_COUNTER);
	assert_int_equal(sum->n_data_points, metric->series_count);
	for (uint32_t i = 0; i < metric->series_count; i++)
		check_number(sum->data_points[i], metric, &metric->series[i]);
}

static void check_metric(const metric_message *found, const struct metric *metric)
{
	assert_string_equal(found->name, metric->desc.name);
	assert_string_equal(found->description, metric->desc.description);
	assert_string_equal(found->unit, metric->desc.unit);
	switch (metric->desc.instrument) {
	case INSTRUMENT_COUNTER:
	case INSTRUMENT_UPDOWNCOUNTER:
		assert_int_equal(
			found->data_case, OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_SUM);
		check_sum(found->sum, metric);
		break;
	case INSTRUMENT_GAUGE:
		assert_int_equal(
			found->data_case, OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_GAUGE);
		assert_int_equal(found->gauge->n_data_points, metric->series_count);
		for (uint32_t i = 0; i < metric->series_count; i++)
			check_number(found->gauge->data_points[i], metric, &metric->series[i]);
		break;
	case INSTRUMENT_HISTOGRAM:
		assert_int_equal(found->data_case,
			OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_HISTOGRAM);
		assert_int_equal(found->histogram->aggregation_temporality,
			OPENTELEMETRY__PROTO__METRICS__V1__AGGREGATION_TEMPORALITY__AGGREGATION_TEMPORALITY_CUMULATIVE);
		assert_int_equal(found->histogram->n_data_points, metric->series_count);
		for (uint32_t i = 0; i < metric->series_count; i++)
			check_histogram(
				found->histogram->data_points[i], metric, &metric->series[i]);
		break;
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		fail_msg("not in the sample: see test_encode_exponential.c");
		break;
	}
}

struct fixture {
	struct sample sample;
	struct encoder *encoder;
	struct encode_cursor cursor;
	struct buf out;
};

static void start(struct fixture *fixture)
{
	fixture->encoder = encoder_new();
	assert_non_null(fixture->encoder);
	buf_init(&fixture->out, LIMIT_REQUEST_BYTES);
	assert_int_equal(
		encode_begin(fixture->encoder, &fixture->cursor, fixture->sample.snapshot), 0);
}

static void stop(struct fixture *fixture)
{
	encoder_free(fixture->encoder);
	buf_fini(&fixture->out);
	sample_free(&fixture->sample);
}

static struct encoded next(struct fixture *fixture, size_t limit)
{
	struct encoded encoded;

	assert_int_equal(
		encode_next(fixture->encoder, &fixture->cursor, limit, &fixture->out, &encoded), 0);
	return encoded;
}

static void test_everything_as_the_judge_reads_it(void **state)
{
	struct fixture fixture;
	const struct snapshot *snapshot;
	resource_metrics *resource;
	struct encoded encoded;
	request *decoded;

	(void)state;
	sample_new(&fixture.sample);
	snapshot = fixture.sample.snapshot;
	start(&fixture);
	encoded = next(&fixture, LIMIT_REQUEST_BYTES);
	assert_int_equal(encoded.points, SAMPLE_POINTS);
	assert_int_equal(encoded.too_large, 0);
	decoded = decode(&fixture.out);
	assert_int_equal(decoded->n_resource_metrics, 1);
	resource = decoded->resource_metrics[0];
	assert_string_equal(resource->schema_url, snapshot->resource->schema_url);
	check_attrs(resource->resource->attributes, resource->resource->n_attributes,
		snapshot->resource->attrs, snapshot->resource->attr_count);
	/* The scope without points is left out. */
	assert_int_equal(resource->n_scope_metrics, 2);
	for (size_t s = 0; s < 2; s++) {
		const struct scope *scope = snapshot->scopes[2 * s];

		assert_string_equal(resource->scope_metrics[s]->scope->name, scope->name);
		assert_string_equal(resource->scope_metrics[s]->scope->version, scope->version);
		assert_int_equal(resource->scope_metrics[s]->n_metrics, scope->metric_count);
		for (size_t m = 0; m < scope->metric_count; m++)
			check_metric(resource->scope_metrics[s]->metrics[m], scope->metrics[m]);
	}
	free_request(decoded, NULL);
	assert_int_equal(next(&fixture, LIMIT_REQUEST_BYTES).points, 0);
	assert_int_equal(fixture.out.length, 0);
	stop(&fixture);
}

static void test_nothing_makes_no_request(void **state)
{
	struct fixture fixture;
	struct encoded encoded;

	(void)state;
	sample_new_empty(&fixture.sample);
	start(&fixture);
	encoded = next(&fixture, LIMIT_REQUEST_BYTES);
	assert_int_equal(encoded.points, 0);
	assert_int_equal(encoded.too_large, 0);
	assert_int_equal(fixture.out.length, 0);
	stop(&fixture);
}

/* Marks what is found; each point must be there once. */
static void mark(const struct buf *out, uint64_t points, uint8_t *seen, uint32_t count)
{
	request *decoded = decode(out);
	Opentelemetry__Proto__Metrics__V1__Sum *sum;

	assert_int_equal(decoded->n_resource_metrics, 1);
	assert_int_equal(decoded->resource_metrics[0]->n_scope_metrics, 1);
	assert_string_equal(decoded->resource_metrics[0]->scope_metrics[0]->scope->name, "many");
	assert_int_equal(decoded->resource_metrics[0]->scope_metrics[0]->n_metrics, 1);
	sum = decoded->resource_metrics[0]->scope_metrics[0]->metrics[0]->sum;
	assert_int_equal(sum->n_data_points, points);
	assert_true(sum->is_monotonic);
	for (size_t i = 0; i < sum->n_data_points; i++) {
		assert_in_range(sum->data_points[i]->as_int, 1, count);
		assert_int_equal(seen[sum->data_points[i]->as_int - 1]++, 0);
	}
	free_request(decoded, NULL);
}

static void test_splits_inside_a_metric(void **state)
{
	enum {
		COUNT = 100000,
		LIMIT = 64 << 10
	};
	struct fixture fixture;
	struct encoded encoded;
	uint8_t *seen = calloc(COUNT, 1);
	uint64_t points = 0, requests = 0;

	(void)state;
	assert_non_null(seen);
	sample_new_many(&fixture.sample, COUNT, 40);
	start(&fixture);
	while ((encoded = next(&fixture, LIMIT)).points) {
		assert_true(fixture.out.length <= LIMIT);
		assert_int_equal(encoded.too_large, 0);
		/* Full but for the last: not one more point would fit. */
		if (points + encoded.points < COUNT)
			assert_true(fixture.out.length > LIMIT - 120);
		mark(&fixture.out, encoded.points, seen, COUNT);
		points += encoded.points;
		requests++;
	}
	assert_int_equal(points, COUNT);
	assert_true(requests > 100);
	assert_null(memchr(seen, 0, COUNT));
	free(seen);
	stop(&fixture);
}

static void test_splits_between_metrics_and_scopes(void **state)
{
	struct fixture fixture;
	struct encoded encoded;

	(void)state;
	/* From "each point alone" to "all at once", nothing is lost and no limit passed. */
	for (size_t limit = 300; limit < 1000; limit += 7) {
		uint64_t points = 0;

		sample_new(&fixture.sample);
		start(&fixture);
		while ((encoded = next(&fixture, limit)).points) {
			assert_true(fixture.out.length <= limit);
			assert_int_equal(encoded.too_large, 0);
			free_request(decode(&fixture.out), NULL);
			points += encoded.points;
		}
		assert_int_equal(points, SAMPLE_POINTS);
		stop(&fixture);
	}
}

static void test_a_point_beyond_the_limit_is_counted_and_passed_over(void **state)
{
	struct fixture fixture;
	struct encoded encoded;
	uint64_t points = 0, too_large = 0;

	(void)state;
	/* The histogram's points need 231 bytes or more with their headers, the others less. */
	sample_new(&fixture.sample);
	start(&fixture);
	do {
		encoded = next(&fixture, 230);
		assert_true(fixture.out.length <= 230);
		points += encoded.points;
		too_large += encoded.too_large;
	} while (encoded.points);
	assert_int_equal(points, SAMPLE_POINTS - 2);
	assert_int_equal(too_large, 2);
	/* Nothing fits at all. */
	assert_int_equal(
		encode_begin(fixture.encoder, &fixture.cursor, fixture.sample.snapshot), 0);
	encoded = next(&fixture, 10);
	assert_int_equal(encoded.points, 0);
	assert_int_equal(encoded.too_large, SAMPLE_POINTS);
	stop(&fixture);
}

static void test_rest_is_counted(void **state)
{
	struct fixture fixture;

	(void)state;
	sample_new_many(&fixture.sample, 1000, 20);
	start(&fixture);
	assert_int_equal(next(&fixture, 8192).points + encode_skip_rest(&fixture.cursor), 1000);
	assert_int_equal(encode_skip_rest(&fixture.cursor), 0);
	assert_int_equal(next(&fixture, 8192).points, 0);
	stop(&fixture);
}

static void test_series_that_ended_are_left_out_and_their_numbers_reused(void **state)
{
	struct fixture fixture;
	struct metric *metric;
	struct attr attr;
	request *decoded;
	number_point *point;

	(void)state;
	sample_new_many(&fixture.sample, 3, 10);
	start(&fixture);
	assert_int_equal(next(&fixture, 8192).points, 3);
	for (int round = 0; round < 3; round++) {
		char name[] = "fresh0";

		name[5] += (char)round;
		model_begin(fixture.sample.model, SAMPLE_TIME + 1);
		metric = fixture.sample.snapshot->scopes[0]->metrics[0];
		attr = attr_string("name", name);
		metric_add(metric, metric_find_series(metric, &attr, 1), 77);
		fixture.sample.snapshot = model_end(fixture.sample.model);
		assert_int_equal(
			encode_begin(fixture.encoder, &fixture.cursor, fixture.sample.snapshot), 0);
		assert_int_equal(next(&fixture, 8192).points, 1);
		decoded = decode(&fixture.out);
		point = decoded->resource_metrics[0]
				->scope_metrics[0]
				->metrics[0]
				->sum->data_points[0];
		assert_int_equal(point->as_int, 77);
		assert_string_equal(point->attributes[0]->value->string_value, name);
		free_request(decoded, NULL);
	}
	stop(&fixture);
}

static void test_out_of_room_moves_nothing(void **state)
{
	struct fixture fixture;
	struct encoded encoded;

	(void)state;
	sample_new(&fixture.sample);
	start(&fixture);
	fixture.out.limit = 100;
	assert_int_equal(encode_next(fixture.encoder, &fixture.cursor, LIMIT_REQUEST_BYTES,
				 &fixture.out, &encoded),
		-ENOMEM);
	fixture.out.limit = LIMIT_REQUEST_BYTES;
	assert_int_equal(next(&fixture, LIMIT_REQUEST_BYTES).points, SAMPLE_POINTS);
	stop(&fixture);
}

static void test_count_zero_has_sum_zero(void **state)
{
	struct histogram observed = {.sum = 0, .buckets = (uint64_t[]){0, 0}};
	struct resource resource = {.schema_url = ""};
	struct model *model = model_new(&resource);
	struct scope *scope = model_add_scope(model, "s", "", SAMPLE_CREATED);
	const double bound = 1;
	struct metric *metric = scope_add_metric(scope,
		&(struct metric_desc){.name = "h",
			.instrument = INSTRUMENT_HISTOGRAM,
			.bounds = &bound,
			.bound_count = 1},
		NULL);
	struct fixture fixture = {.sample.model = model};
	histogram_point *point;
	request *decoded;
	uint32_t series;

	(void)state;
	model_begin(model, SAMPLE_TIME);
	series = metric_find_series(metric, NULL, 0);
	metric_add_histogram(metric, series, &observed);
	metric->series[series].histogram.sum = 99;
	fixture.sample.snapshot = model_end(model);
	start(&fixture);
	assert_int_equal(next(&fixture, 1000).points, 1);
	decoded = unpack_request(NULL, fixture.out.length, fixture.out.data);
	assert_non_null(decoded);
	point = decoded->resource_metrics[0]
			->scope_metrics[0]
			->metrics[0]
			->histogram->data_points[0];
	assert_int_equal(point->count, 0);
	assert_int_equal(point->optional_sum_case,
		OPENTELEMETRY__PROTO__METRICS__V1__HISTOGRAM_DATA_POINT__OPTIONAL_SUM_SUM);
	assert_true(point->sum == 0);
	free_request(decoded, NULL);
	stop(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_as_the_judge_reads_it),
		cmocka_unit_test(test_nothing_makes_no_request),
		cmocka_unit_test(test_splits_inside_a_metric),
		cmocka_unit_test(test_splits_between_metrics_and_scopes),
		cmocka_unit_test(test_a_point_beyond_the_limit_is_counted_and_passed_over),
		cmocka_unit_test(test_rest_is_counted),
		cmocka_unit_test(test_series_that_ended_are_left_out_and_their_numbers_reused),
		cmocka_unit_test(test_out_of_room_moves_nothing),
		cmocka_unit_test(test_count_zero_has_sum_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
