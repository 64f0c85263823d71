/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/plan_private.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "src/collect/fixture.h"
#include "test.h"

enum {
	HASH = 1,
	ARRAY = 2,
	PERF_EVENT_ARRAY = 4,
	PERCPU_HASH = 5,
};

/* No BTF: these maps have sizes alone. */
static const struct map_info hits = {
	.name = "hits_total", .type = HASH, .key_size = 8, .value_size = 8, .max_entries = 64};
static const struct map_info hits_overflow = {
	.name = "hits_total_overflow", .type = ARRAY, .key_size = 4, .value_size = 8};
static const struct map_info cpus = {
	.name = "cpus_total", .type = PERCPU_HASH, .key_size = 4, .value_size = 8};
static const struct map_info halves = {
	.name = "halves_total", .type = HASH, .key_size = 4, .value_size = 4};
static const struct map_info wait = {
	.name = "wait_seconds", .type = ARRAY, .key_size = 4, .value_size = 8, .max_entries = 27};
static const struct map_info kills = {.name = "kills_total",
	.type = PERF_EVENT_ARRAY,
	.key_size = 4,
	.value_size = 4,
	.max_entries = 2};
static const struct map_info *const maps[] = {&hits, &hits_overflow, &cpus, &halves, &wait, &kills};

static void plan(struct fixture *f, const char *metrics)
{
	char text[1024];

	snprintf(text, sizeof(text), "metrics: {%s}", metrics);
	fixture_plan_file(f, text, maps, ARRAY_SIZE(maps));
}

#define LABEL(name, rest)     "{name: " name ", " rest ", decoders: [{name: uint}]}"
#define COUNTER(name, labels) "counters: [{name: " name ", help: H., labels: [" labels "]}]"
#define HISTOGRAM(buckets, labels)                                                                 \
	"histograms: [{name: wait_seconds, help: H., " buckets ", labels: [" labels "]}]"

static void labels_are_bytes(void **state)
{
	const struct metric_plan *metric;
	struct fixture f;

	(void)state;
	plan(&f, COUNTER("hits_total",
			 LABEL("a", "size: 2, padding: 2") ", " LABEL("b", "size: 4")));
	assert_int_equal(f.result, 0);
	metric = &f.plan.metrics[0];
	assert_ptr_equal(metric->map, &hits);
	assert_null(metric->overflow);
	assert_int_equal(metric->attribute_count, 2);
	assert_int_equal(metric->attributes[0].field->kind, FIELD_BYTES);
	assert_int_equal(metric->attributes[0].field->offset, 0);
	assert_int_equal(metric->attributes[0].field->size, 2);
	assert_int_equal(metric->attributes[1].field->offset, 4);
	assert_true(metric->attributes[1].as_text);
	assert_int_equal(metric->value->size, 8);
	assert_false(metric->keeps_cpus);
	assert_false(metric->zero_key);
	assert_true(metric->zeros_count);
	assert_null(f.plan.notes);
	fixture_end(&f);
}

static void cpu_is_a_label_of_per_cpu_maps(void **state)
{
	struct fixture f;

	(void)state;
	plan(&f, COUNTER("cpus_total", LABEL("a", "size: 4") ", " LABEL("cpu", "size: 2")));
	assert_int_equal(f.result, 0);
	assert_true(f.plan.metrics[0].keeps_cpus);
	assert_false(f.plan.metrics[0].zero_key);
	assert_true(f.plan.metrics[0].attributes[1].field->offset >= 4);
	fixture_end(&f);

	/* The only label: the key of the map is 0. */
	plan(&f, COUNTER("cpus_total", LABEL("cpu", "size: 2")));
	assert_int_equal(f.result, 0);
	assert_true(f.plan.metrics[0].keeps_cpus);
	assert_true(f.plan.metrics[0].zero_key);
	fixture_end(&f);

	/* Of other maps it is a label like any other; so it is when it is not the last. */
	plan(&f, COUNTER("hits_total", LABEL("a", "size: 4") ", " LABEL("cpu", "size: 4")));
	assert_int_equal(f.result, 0);
	assert_false(f.plan.metrics[0].keeps_cpus);
	fixture_end(&f);
	plan(&f, COUNTER("cpus_total", LABEL("cpu", "size: 2") ", " LABEL("a", "size: 2")));
	assert_int_equal(f.result, 0);
	assert_false(f.plan.metrics[0].keeps_cpus);
	fixture_end(&f);
}

static void a_histogram_has_a_row_number(void **state)
{
	const struct metric_plan *metric;
	struct fixture f;

	(void)state;
	plan(&f, HISTOGRAM("bucket_type: exp2, bucket_max: 26, bucket_multiplier: 1e-6",
			 LABEL("bucket", "size: 4")));
	assert_int_equal(f.result, 0);
	metric = &f.plan.metrics[0];
	assert_int_equal(metric->attribute_count, 0);
	assert_false(metric->zero_key);
	assert_int_equal(metric->row_number.field->size, 4);
	assert_int_equal(metric->bound_count, 26);
	assert_true(metric->bounds[25] == 33.554432);
	/* Its programs can write every bucket, and find no place for the sum. */
	assert_string_equal(f.plan.notes->text,
		"pack.yaml:1:24: metric wait_seconds: the map has room for 27 entries; its "
		"buckets and the sum, which is 27, need 28");
	fixture_end(&f);
}

static void samples_have_sizes_of_their_own(void **state)
{
	const struct metric_plan *metric;
	struct fixture f;

	(void)state;
	plan(&f, "counters: [{name: kills_total, help: H., perf_event_array: true, labels: [" LABEL(
			 "a", "size: 8") ", {name: b, size: 16, decoders: [{name: string}]}]}]");
	assert_int_equal(f.result, 0);
	metric = &f.plan.metrics[0];
	assert_true(metric->samples);
	assert_int_equal(metric->key_size, 24);
	assert_int_equal(metric->value_size, 8);
	assert_false(metric->zero_key);
	fixture_end(&f);

	plan(&f, "counters: [{name: kills_total, help: H., perf_event_array: true}]");
	assert_int_equal(f.result, 0);
	assert_int_equal(f.plan.metrics[0].key_size, 4);
	assert_true(f.plan.metrics[0].zero_key);
	fixture_end(&f);
}

static void all_that_a_map_holds_are_series(void **state)
{
	static const struct {
		uint32_t entries, expected;
	} cases[] = {
		{1, LIMIT_SERIES_PER_METRIC},
		{10240, 10240},
		{UINT32_MAX, LIMIT_CARDINALITY},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct map_info map = hits;
		const struct map_info *const one[] = {&map};
		struct fixture f;

		map.max_entries = cases[i].entries;
		fixture_plan_file(
			&f, "metrics: {" COUNTER("hits_total", LABEL("a", "size: 8")) "}", one, 1);
		assert_int_equal(f.result, 0);
		assert_int_equal(f.plan.metrics[0].max_series, cases[i].expected);
		fixture_end(&f);
	}
}

static void mistakes(void **state)
{
	static const struct {
		const char *metrics, *message;
	} cases[] = {
		{COUNTER("hitz_total", LABEL("a", "size: 8")), "did you mean `hits_total`?"},
		{COUNTER("hits_total", LABEL("a", "size: 4")),
			"pack.yaml:1:22: metric hits_total: its labels and their padding are 4 "
			"bytes, the map's keys are 8"},
		{COUNTER("hits_total", LABEL("a", "size: 8, padding: 8")),
			"are 16 bytes, the map's keys are 8"},
		{COUNTER("hits_total", ""), "it has no labels for the map's keys of 8 bytes"},
		{COUNTER("halves_total", LABEL("a", "size: 4")),
			"the map's values are 4 bytes, expected 8"},
		{COUNTER("cpus_total", LABEL("a", "size: 4") ", " LABEL("cpu", "size: 4")),
			"the label cpu has size 4, expected 2"},
		{COUNTER("cpus_total", LABEL("a", "size: 2") ", " LABEL("cpu", "size: 2")),
			"are 2 bytes, the map's keys are 4"},
		{COUNTER("kills_total", LABEL("a", "size: 4")),
			"the map is a perf event array; expected `perf_event_array: true`"},
		{"counters: [{name: hits_total, help: H., perf_event_array: true, labels: [" LABEL(
			 "a", "size: 8") "]}]",
			"the map is no perf event array"},
		{HISTOGRAM("bucket_type: exp2, bucket_max: 5", LABEL("bucket", "size: 8")),
			"are 8 bytes, the map's keys are 4"},
		{COUNTER("hits_total", "{name: a, size: 8, decoders: [{name: unit}]}"),
			"found the decoder 'unit'; did you mean 'uint'?"},
		{HISTOGRAM("bucket_type: exp2, bucket_max: 5",
			 "{name: bucket, size: 4, decoders: [{name: nothing_such}]}"),
			"found the decoder 'nothing_such'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture f;

		plan(&f, cases[i].metrics);
		assert_int_not_equal(f.result, 0);
		if (!strstr(f.err.text, cases[i].message))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].message, f.err.text);
		fixture_end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_bytes),
		cmocka_unit_test(cpu_is_a_label_of_per_cpu_maps),
		cmocka_unit_test(a_histogram_has_a_row_number),
		cmocka_unit_test(samples_have_sizes_of_their_own),
		cmocka_unit_test(all_that_a_map_holds_are_series),
		cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
