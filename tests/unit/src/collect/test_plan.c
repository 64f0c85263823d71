/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/plan.h"

#include <stdio.h>
#include <string.h>

#include "src/collect/fixture.h"
#include "test.h"

enum {
	HASH = 1,
	ARRAY = 2,
	PERCPU_ARRAY = 6
};

static const struct field key_fields[] = {
	{.name = "device", .kind = FIELD_UINT, .offset = 0, .size = 4},
	{.name = "operation", .kind = FIELD_UINT, .offset = 4, .size = 4},
};
static const struct field plain = {.name = "", .kind = FIELD_UINT, .size = 8};
static const struct field text = {.name = "", .kind = FIELD_CHARS, .size = 8};
static const struct field histogram_fields[] = {
	{.name = "count", .kind = FIELD_UINT, .offset = 0, .size = 8},
	{.name = "sum", .kind = FIELD_UINT, .offset = 8, .size = 8},
	{.name = "buckets", .kind = FIELD_ARRAY, .offset = 16, .size = 32, .element_size = 8},
};

static const struct map_info numbers = {
	.name = "numbers",
	.type = HASH,
	.key_size = 8,
	.value_size = 8,
	.key = {8, key_fields, 2},
	.value = {8, &plain, 1},
};
static const struct map_info numbers_overflow = {
	.name = "numbers_overflow",
	.type = 2,
	.key_size = 4,
	.value_size = 8,
};
static const struct map_info latency = {
	.name = "latency",
	.type = HASH,
	.key_size = 8,
	.value_size = 48,
	.key = {8, key_fields, 2},
	.value = {48, histogram_fields, 3},
};
static const struct map_info texts = {
	.name = "texts",
	.type = HASH,
	.key_size = 8,
	.value_size = 8,
	.key = {8, &plain, 1},
	.value = {8, &text, 1},
};
/* As a compiler aligns { u16; u32; u8 }. */
static const struct field padded_fields[] = {
	{.name = "port", .kind = FIELD_UINT, .offset = 0, .size = 2},
	{.name = "device", .kind = FIELD_UINT, .offset = 4, .size = 4},
	{.name = "flag", .kind = FIELD_UINT, .offset = 8, .size = 1},
};
static const struct map_info padded = {
	.name = "padded",
	.type = HASH,
	.key_size = 12,
	.value_size = 8,
	.key = {12, padded_fields, 3},
	.value = {8, &plain, 1},
};
static const struct map_info padded_slots = {
	.name = "padded_slots",
	.type = ARRAY,
	.key_size = 12,
	.value_size = 8,
	.key = {12, padded_fields, 3},
	.value = {8, &plain, 1},
	.table = {.kind = TABLE_SLOTS},
};
static const struct map_info no_btf = {
	.name = "no_btf",
	.type = HASH,
	.key_size = 8,
	.value_size = 8,
};
static const struct field exponential_fields[] = {
	{.name = "extent.sum", .kind = FIELD_UINT, .offset = 0, .size = 8},
	{.name = "extent.zero_count", .kind = FIELD_UINT, .offset = 8, .size = 8},
	{.name = "extent.max", .kind = FIELD_UINT, .offset = 16, .size = 8},
	{.name = "extent.inverse_min", .kind = FIELD_UINT, .offset = 24, .size = 8},
	{.name = "buckets", .kind = FIELD_ARRAY, .offset = 32, .size = 67 * 8, .element_size = 8},
};
static const struct map_info slots = {
	.name = "slots",
	.type = 2,
	.key_size = 4,
	.value_size = 568,
	.value = {568, exponential_fields, 5},
	.table = {.kind = TABLE_SLOTS, .divisor = 1000000000},
};
static const struct map_info shards = {
	.name = "shards",
	.type = 2,
	.key_size = 4,
	.value_size = 8,
	.value = {8, &plain, 1},
	.table = {.kind = TABLE_SHARDS},
};
static const struct map_info *const maps[] = {&numbers, &numbers_overflow, &latency, &texts,
	&no_btf, &padded, &padded_slots, &slots, &shards};

#define HEAD "  - {name: m, instrument: counter, unit: \"1\", description: D., "

static void test_number(void **state)
{
	struct fixture f;
	const struct metric_plan *plan;

	(void)state;
	fixture_plan(&f,
		HEAD "map: numbers, attributes: [{name: a, field: operation, "
		     "decode: {static_map: {0: read}}}]}\n",
		maps, ARRAY_SIZE(maps));
	assert_int_equal(f.result, 0);
	plan = &f.plan.metrics[0];
	assert_int_equal(plan->instrument, INSTRUMENT_COUNTER);
	assert_ptr_equal(plan->map, &numbers);
	assert_ptr_equal(plan->overflow, &numbers_overflow);
	assert_ptr_equal(plan->attributes[0].field, &key_fields[1]);
	assert_ptr_equal(plan->value, &plain);
	fixture_end(&f);
}

static void test_histogram_bounds_are_in_the_unit(void **state)
{
	struct fixture f;
	const struct metric_plan *plan;

	(void)state;
	fixture_plan(&f,
		"  - {name: m, instrument: histogram, unit: s, measured_in: ns, description: D., "
		"map: latency, buckets: {exp2: {first: 10}}}\n",
		maps, ARRAY_SIZE(maps));
	assert_int_equal(f.result, 0);
	plan = &f.plan.metrics[0];
	assert_int_equal(plan->bound_count, 3);
	assert_true(plan->bounds[0] == 1024e-9);
	assert_true(plan->bounds[1] == 2048e-9);
	assert_true(plan->bounds[2] == 4096e-9);
	fixture_end(&f);
}

static void test_tables(void **state)
{
	static const char *const units[] = {
		"unit: s, measured_in: ns", /* 10^9 */
		"unit: GBy, measured_in: By",
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		char metric[256];

		snprintf(metric, sizeof(metric),
			"  - {name: m, instrument: exponential_histogram, description: D., "
			"map: slots, max_size: 20, %s}\n",
			units[i]);
		fixture_plan(&f, metric, maps, ARRAY_SIZE(maps));
		assert_int_equal(f.result, 0);
		assert_int_equal(f.plan.metrics[0].bucket_count, 67);
		assert_ptr_equal(f.plan.metrics[0].inverse_min, &exponential_fields[3]);
		assert_null(f.plan.metrics[0].overflow);
		fixture_end(&f);
	}
	fixture_plan(&f, HEAD "map: shards, per_cpu: cpu}\n", maps, ARRAY_SIZE(maps));
	assert_int_equal(f.result, 0);
	assert_true(f.plan.metrics[0].keeps_cpus);
	fixture_end(&f);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *metric, *message;
	} cases[] = {
		{HEAD "map: numbrs}\n",
			"pack.yaml:4:69: metric m: the object has no map `numbrs`; did you mean "
			"`numbers`?"},
		{HEAD "map: connections}\n",
			"the object has no map `connections`; expected one of: numbers, "
			"numbers_overflow, latency, texts, no_btf, padded, padded_slots, slots, "
			"shards"},
		{HEAD "map: numbers, attributes: [{name: a, field: user}]}\n",
			"pack.yaml:4:108: metric m: the key of map numbers has no field `user`; "
			"expected one of: device, operation"},
		{HEAD "map: texts, attributes: [{name: a, field: user}]}\n",
			"it is no struct: leave the name of a field out"},
		{HEAD "map: latency, value: byte}\n", "pack.yaml:4:85: metric m: the value of map"},
		{HEAD "map: numbers, attributes: [{name: a, field: device, decode: [uint, errn, "
		      "majorminr]}]}\n",
			"pack.yaml:4:131: metric m: found the decoder 'errn'; did you mean "
			"'errno'?\n"
			"pack.yaml:4:137: metric m: found the decoder 'majorminr'; did you mean"},
		{HEAD "map: numbers, attributes: [{name: a, field: devise}]}\n",
			"the key of map numbers has no field `devise`; did you mean `device`?"},
		{HEAD "map: numbers, attributes: [{name: a}]}\n",
			"the key of map numbers is a struct; name one of its fields, for example "
			"`device`"},
		{HEAD "map: numbers, attributes: [{name: a, field: device, decode: majorminr}]}\n",
			"majorminor"},
		{HEAD "map: numbers, per_cpu: cpu}\n", "not of a per-CPU type"},
		{HEAD "map: padded}\n", "the key of map padded has padding (bytes 2 to 3)"},
		{HEAD "map: padded_slots}\n", "the key of map padded_slots has padding"},
		{HEAD "map: texts}\n", "the value is not an integer"},
		{HEAD "map: no_btf}\n", "no BTF for the value of map no_btf"},
		{HEAD "map: latency}\n", "the value of map latency is a struct"},
		{HEAD "map: latency, value: buckets}\n", "the value is not an integer"},
		{"  - {name: m, instrument: histogram, unit: s, description: D., map: numbers, "
		 "buckets: {exp2: {first: 0}}}\n",
			"needs values with an integer `sum` and an array `buckets`"},
		{"  - {name: m, instrument: histogram, unit: s, description: D., map: latency, "
		 "buckets: {exp2: {first: 62}}}\n",
			"reaches beyond 2^63"},
		{"  - {name: m, instrument: exponential_histogram, unit: s, description: D., "
		 "map: latency}\n",
			"needs a map that OTEL_EXPONENTIAL_HISTOGRAM in otel.bpf.h makes"},
		{"  - {name: m, instrument: exponential_histogram, unit: ms, measured_in: ns, "
		 "description: D., map: slots}\n",
			"the map's buckets are for 1000000000 measured units in one of the "
			"metric's, but `measured_in` and `unit` say 1000000"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture f;

		fixture_plan(&f, cases[i].metric, maps, ARRAY_SIZE(maps));
		assert_int_not_equal(f.result, 0);
		if (!strstr(f.err.text, cases[i].message))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].message, f.err.text);
		fixture_end(&f);
	}
}

static void test_all_mistakes_of_a_pack_are_told(void **state)
{
	struct fixture f;

	(void)state;
	fixture_plan(&f,
		"  - {name: one, instrument: counter, unit: \"1\", description: D., map: gone}\n"
		"  - {name: two, instrument: counter, unit: \"1\", description: D., map: numbers}\n"
		"  - {name: three, instrument: counter, unit: \"1\", description: D., map: "
		"texts}\n",
		maps, ARRAY_SIZE(maps));
	assert_int_not_equal(f.result, 0);
	assert_non_null(strstr(f.err.text, "pack.yaml:4:71: metric one"));
	assert_null(strstr(f.err.text, "metric two"));
	assert_non_null(strstr(f.err.text, "\npack.yaml:6:5: metric three"));
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_histogram_bounds_are_in_the_unit),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_all_mistakes_of_a_pack_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
