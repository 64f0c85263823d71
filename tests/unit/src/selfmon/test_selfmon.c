/* SPDX-License-Identifier: Apache-2.0 */
#include "selfmon/selfmon.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static const struct resource resource;

struct bench {
	struct model *model;
	struct selfmon *selfmon;
	const struct snapshot *snapshot;
};

static struct bench make(void)
{
	struct bench b = {.model = model_new(&resource)};

	assert_int_equal(selfmon_new(&b.selfmon, b.model, "1.2.3", 50, NULL), 0);
	return b;
}

static void end(struct bench *b)
{
	selfmon_free(b->selfmon);
	model_free(b->model);
}

static const struct metric *metric_named(const struct bench *b, const char *name)
{
	const struct scope *scope = b->snapshot->scopes[0];

	for (size_t i = 0; i < scope->metric_count; i++) {
		if (!strcmp(scope->metrics[i]->desc.name, name))
			return scope->metrics[i];
	}
	fail_msg("no metric %s", name);
	return NULL;
}

/* The live series whose attribute `key` is `value` (NULL: that has no such attribute). */
static const struct series *find(
	const struct bench *b, const char *name, const char *key, const char *value)
{
	const struct metric *metric = metric_named(b, name);

	for (uint32_t i = 0; i < metric->series_count; i++) {
		const struct series *series = &metric->series[i];
		const char *found = NULL;

		for (uint32_t j = 0; j < series->attr_count; j++) {
			if (!strcmp(series->attrs[j].key, key))
				found = series->attrs[j].string;
		}
		if (series_is_live(metric, i) && (found ? value && !strcmp(found, value) : !value))
			return series;
	}
	return NULL;
}

static uint64_t number_of(
	const struct bench *b, const char *name, const char *key, const char *value)
{
	const struct series *series = find(b, name, key, value);

	assert_non_null(series);
	return series_number(metric_named(b, name), series);
}

/* SDK metrics of the semantic conventions: each point counts once, without error.type if it
 * arrived. */
static void test_points_count_once_by_outcome(void **state)
{
	const char *points = "otel.sdk.exporter.metric_data_point.exported";
	const char *duration = "otel.sdk.exporter.operation.duration";
	struct selfmon_export good = {.exported = 10, .duration_ns = 5, .http_status = 200};
	struct selfmon_export partial = {
		.exported = 7,
		.rejected = 3,
		.duration_ns = 6,
		.http_status = 200,
		.error_type = "rejected",
	};
	struct selfmon_export failed = {
		.failed = 4, .duration_ns = 7, .http_status = 503, .error_type = "503"};
	const struct series *series;
	struct bench b = make();

	(void)state;
	assert_int_equal(
		selfmon_set_exporter(b.selfmon, "otlp_http_metric_exporter", "host", 4318, NULL),
		0);
	for (int i = 0; i < 2; i++)
		selfmon_exported(b.selfmon, &good);
	selfmon_exported(b.selfmon, &partial);
	selfmon_exported(b.selfmon, &failed);
	model_begin(b.model, 100);
	selfmon_write(b.selfmon);
	b.snapshot = model_end(b.model);
	assert_int_equal(number_of(&b, points, "error.type", NULL), 27);
	assert_int_equal(number_of(&b, points, "error.type", "rejected"), 3);
	assert_int_equal(number_of(&b, points, "error.type", "503"), 4);
	assert_non_null(find(&b, points, "otel.component.name", "otlp_http_metric_exporter/0"));
	assert_non_null(find(&b, points, "server.address", "host"));
	series = find(&b, duration, "error.type", NULL);
	assert_int_equal(series->histogram.count, 2);
	assert_int_equal(series->histogram.sum, 10);
	assert_int_equal(find(&b, duration, "error.type", "503")->histogram.sum, 7);
	assert_int_equal(metric_named(&b, duration)->desc.bound_count, 0);
	end(&b);
}

static void test_nothing_is_made_up(void **state)
{
	struct bench b = make();

	(void)state;
	model_begin(b.model, 100);
	selfmon_write(b.selfmon);
	b.snapshot = model_end(b.model);
	assert_null(find(&b, "otel.sdk.exporter.metric_data_point.exported", "x", NULL));
	assert_null(find(&b, "otel.sdk.metric_reader.collection.duration", "x", NULL));
	assert_int_equal(number_of(&b, "otelbpf.series.overflow", "x", NULL), 0);
	end(&b);
}

static void test_packs_programs_and_maps(void **state)
{
	struct selfmon_map map = {.capacity = 4,
		.bytes = 4096,
		.is_read = true,
		.entries = 3,
		.read_errors = 1,
		.has_slots = true,
		.rest_events = 8,
		.rest_failed = 2,
		.retired = 6};
	struct selfmon_map helper = {.capacity = 9};
	struct selfmon_program program = {
		.missed = 2, .has_stats = true, .run_count = 11, .run_time_ns = 1500000000};
	struct selfmon_program silent = {.missed = 0};
	struct bench b = make();

	(void)state;
	selfmon_collected(b.selfmon, 7, NULL);
	selfmon_collected(b.selfmon, 8, "read");
	model_begin(b.model, 100);
	selfmon_pack(b.selfmon, "good", NULL);
	selfmon_pack(b.selfmon, "bad", "load");
	selfmon_pack_undecodable(b.selfmon, "good", 5);
	selfmon_pack_skipped(b.selfmon, "good", 6);
	selfmon_program(b.selfmon, "good", "prog", &program);
	selfmon_program(b.selfmon, "good", "silent", &silent);
	selfmon_map(b.selfmon, "good", "helper", &helper);
	selfmon_map(b.selfmon, "good", "counts", &map);
	selfmon_write(b.selfmon);
	b.snapshot = model_end(b.model);
	assert_int_equal(number_of(&b, "otelbpf.pack.attached", "error.type", NULL), 1);
	assert_int_equal(number_of(&b, "otelbpf.pack.attached", "error.type", "load"), 0);
	assert_int_equal(
		number_of(&b, "otelbpf.pack.undecodable_keys", "otelbpf.pack.name", "good"), 5);
	assert_int_equal(
		number_of(&b, "otelbpf.pack.skipped_keys", "otelbpf.pack.name", "good"), 6);
	assert_int_equal(number_of(&b, "otelbpf.program.runs", "otelbpf.program.name", "prog"), 11);
	assert_true(metric_to_double(metric_named(&b, "otelbpf.program.time"),
			    number_of(&b, "otelbpf.program.time", "otelbpf.program.name",
				    "prog")) == 1.5);
	assert_int_equal(number_of(&b, "otelbpf.map.entries", "otelbpf.map.name", "counts"), 3);
	assert_int_equal(number_of(&b, "otelbpf.map.capacity", "otelbpf.map.name", "counts"), 4);
	assert_int_equal(number_of(&b, "otelbpf.map.memory", "otelbpf.map.name", "counts"), 4096);
	assert_int_equal(number_of(&b, "otelbpf.map.read_errors", "otelbpf.map.name", "counts"), 1);
	assert_int_equal(number_of(&b, "otelbpf.map.overflow", "otelbpf.map.name", "counts"), 8);
	assert_int_equal(
		number_of(&b, "otelbpf.map.failed_inserts", "otelbpf.map.name", "counts"), 2);
	assert_int_equal(number_of(&b, "otelbpf.map.retired", "otelbpf.map.name", "counts"), 6);
	assert_int_equal(metric_named(&b, "otelbpf.map.overflow")->series_count, 1);
	assert_int_equal(
		find(&b, "otel.sdk.metric_reader.collection.duration", "error.type", "read")
			->histogram.sum,
		8);
	end(&b);
}

/* error.type must have few values whatever fails: the table of outcomes is bounded. */
static void test_many_outcomes_end_in_one(void **state)
{
	struct selfmon_export result = {.failed = 1};
	const char *points = "otel.sdk.exporter.metric_data_point.exported";
	const struct metric *metric;
	uint64_t total = 0;
	struct bench b = make();

	(void)state;
	assert_int_equal(selfmon_set_exporter(b.selfmon, "otlp", "host", 1, NULL), 0);
	for (int i = 0; i < 1000; i++) {
		char text[16];

		snprintf(text, sizeof(text), "error%d", i);
		result.error_type = text;
		selfmon_exported(b.selfmon, &result);
	}
	model_begin(b.model, 100);
	selfmon_write(b.selfmon);
	b.snapshot = model_end(b.model);
	metric = metric_named(&b, points);
	assert_true(metric->series_count <= 32);
	for (uint32_t i = 0; i < metric->series_count; i++)
		total += metric->numbers[i];
	assert_int_equal(total, 1000);
	assert_non_null(find(&b, points, "error.type", "_OTHER"));
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points_count_once_by_outcome),
		cmocka_unit_test(test_nothing_is_made_up),
		cmocka_unit_test(test_packs_programs_and_maps),
		cmocka_unit_test(test_many_outcomes_end_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
