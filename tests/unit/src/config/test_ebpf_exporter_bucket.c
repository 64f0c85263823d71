/* SPDX-License-Identifier: Apache-2.0 */
#include "config/ebpf_exporter_rows.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static struct arena arena;
static struct pack_definition pack;

static int forget(void **state)
{
	(void)state;
	arena_fini(&arena);
	arena = (struct arena){0};
	return 0;
}

/* A histogram with these keys. */
static const struct metric_definition *parse(const char *keys)
{
	const struct definition_options options = {.file = "f.yaml"};
	struct err err = {{0}};
	char text[512];

	snprintf(text, sizeof(text),
		"metrics: {histograms: [{name: h, help: H., %s, labels: [{name: l, size: 4, "
		"decoders: [{name: uint}]}, {name: b, size: 8, decoders: [{name: uint}]}]}]}",
		keys);
	if (definition_parse(&options, text, strlen(text), &arena, &pack, &err))
		fail_msg("%s", err.text);
	assert_string_equal(pack.metrics[0].instrument, "histogram");
	assert_int_equal(pack.metrics[0].buckets, BUCKETS_ROWS);
	assert_int_equal(pack.metrics[0].attribute_count, 1);
	assert_string_equal(pack.metrics[0].rows->number.name, "b");
	assert_int_equal(pack.metrics[0].rows->number.offset, 4);
	assert_int_equal(pack.metrics[0].key_size, 12);
	return &pack.metrics[0];
}

static void every_type(void **state)
{
	static const struct {
		const char *keys;
		uint64_t numbers[4];
		size_t number_count;
		double bounds[4];
		uint32_t bound_count;
		uint64_t sum;
	} cases[] = {
		/* The last bucket of all but fixed has what is above as well: it has no bound. */
		{"bucket_type: exp2, bucket_max: 3", {0, 1, 2, 3}, 4, {1, 2, 4}, 3, 4},
		{"bucket_type: exp2, bucket_min: 2, bucket_max: 3, bucket_multiplier: 0.000001",
			{2, 3}, 2, {4e-6}, 1, 4},
		{"bucket_type: exp2, bucket_max: 3, bucket_multiplier: 1e-9", {0, 1, 2, 3}, 4,
			{1e-9, 2e-9, 4e-9}, 3, 4},
		{"bucket_type: exp2, bucket_max: 0", {0}, 1, {0}, 0, 1},
		{"bucket_type: exp2, bucket_min: 63, bucket_max: 64", {63, 64}, 2,
			{9223372036854775808.0}, 1, 65},
		{"bucket_type: exp2zero, bucket_max: 3", {0, 1, 2, 3}, 4, {0, 1, 2}, 3, 4},
		{"bucket_type: exp2zero, bucket_max: 3, bucket_multiplier: 0.001", {0, 1, 2, 3}, 4,
			{0, 0.001, 0.002}, 3, 4},
		{"bucket_type: linear, bucket_max: 3", {0, 1, 2, 3}, 4, {0, 1, 2}, 3, 4},
		{"bucket_type: linear, bucket_max: 3, bucket_multiplier: 50", {0, 1, 2, 3}, 4,
			{49, 99, 149}, 3, 4},
		{"bucket_type: linear, bucket_max: 3, bucket_multiplier: 0.1", {0, 1, 2, 3}, 4,
			{0.1, 0.2, 0.3}, 3, 4},
		{"bucket_type: linear, bucket_min: 10, bucket_max: 11, bucket_multiplier: 0",
			{10, 11}, 2, {10}, 1, 12},
		{"bucket_type: fixed, bucket_keys: [1, 5, 10]", {1, 5, 10}, 3, {1, 5, 10}, 3, 11},
		{"bucket_type: fixed, bucket_keys: [5, 1, 10.0], bucket_multiplier: 1e-3",
			{1, 5, 10}, 3, {0.001, 0.005, 0.01}, 3, 11},
		{"bucket_type: fixed, bucket_keys: [5, 1, 3], bucket_min: 0, bucket_max: 9",
			{1, 3, 5}, 3, {1, 3, 5}, 3, 4},
		{"bucket_type: fixed, bucket_keys: [1e3]", {1000}, 1, {1000}, 1, 1001},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct bucket_rows *rows = parse(cases[i].keys)->rows;

		assert_int_equal(rows->number_count, cases[i].number_count);
		assert_int_equal(rows->bound_count, cases[i].bound_count);
		for (size_t n = 0; n < rows->number_count; n++)
			assert_int_equal(rows->numbers[n], cases[i].numbers[n]);
		for (size_t n = 0; n < rows->bound_count; n++)
			if (rows->bounds[n] != cases[i].bounds[n])
				fail_msg("%s: bound %zu is %.17g", cases[i].keys, n,
					rows->bounds[n]);
		assert_int_equal(rows->sum_number, cases[i].sum);
	}
}

static void the_multiplier_is_exact(void **state)
{
	static const struct {
		const char *multiplier;
		uint64_t factor, divisor;
	} cases[] = {
		{"1e-6", 1, 1000000},
		{"0.0000001", 1, 10000000},
		{"50", 50, 1},
		{"0.5", 1, 2},
		{"2.5e1", 25, 1},
		{"0", 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct metric_definition *metric;
		char keys[128];

		snprintf(keys, sizeof(keys),
			"bucket_type: exp2, bucket_max: 3, bucket_multiplier: %s",
			cases[i].multiplier);
		metric = parse(keys);
		assert_int_equal(metric->factor, cases[i].factor);
		assert_int_equal(metric->divisor, cases[i].divisor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_type, forget),
		cmocka_unit_test_teardown(the_multiplier_is_exact, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
