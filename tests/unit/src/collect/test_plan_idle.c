/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "collect/plan_private.h"
#include "src/collect/fixture.h"
#include "test.h"

#define HEAD(name) "  - {name: " name ", instrument: counter, unit: s, description: D., "

static const struct field key = {.name = "", .kind = FIELD_UINT, .size = 4};
static const struct field word = {.name = "", .kind = FIELD_UINT, .size = 8};
static const struct field half = {.name = "", .kind = FIELD_UINT, .size = 4};
static const struct field halves[] = {
	{.name = "sum", .kind = FIELD_UINT, .size = 8},
	{.name = "buckets", .kind = FIELD_ARRAY, .offset = 8, .size = 16, .element_size = 4},
};

#define MAP(name_, kind_, value_, size_, count_)                                                   \
	{                                                                                          \
		.name = (name_), .type = 2, .key_size = 4, .value_size = (size_),                  \
		.max_entries = 4, .key = {4, &key, 1}, .value = {(size_), (value_), (count_)},     \
		.table = {.kind = (kind_), .elements = 5, .stride = 24},                           \
	}

static const struct map_info plain = MAP("plain", TABLE_NONE, &word, 8, 1);
static const struct map_info slots = MAP("slots", TABLE_SLOTS, &word, 8, 1);
static const struct map_info shards = MAP("shards", TABLE_SHARDS, &word, 8, 1);
static const struct map_info small = MAP("small", TABLE_SLOTS, &half, 4, 1);
static const struct map_info small_buckets = MAP("small_buckets", TABLE_SLOTS, halves, 24, 2);
static struct map_info sleeping = MAP("sleeping", TABLE_SLOTS, &word, 8, 1);
static const struct map_info *const maps[] = {
	&plain, &slots, &shards, &small, &small_buckets, &sleeping};

static void test_slots_may_end(void **state)
{
	struct fixture f;

	(void)state;
	fixture_plan(&f,
		HEAD("a") "map: slots, idle_timeout: 10m}\n" HEAD("b") "map: slots, "
								       "idle_timeout: "
								       "600s}\n",
		maps, ARRAY_SIZE(maps));
	if (f.result)
		fail_msg("%s", f.err.text);
	assert_int_equal(f.plan.metrics[1].idle_timeout_ns, UINT64_C(600000000000));
	fixture_end(&f);
	fixture_plan(&f, HEAD("a") "map: sleeping}\n", maps, ARRAY_SIZE(maps));
	assert_int_equal(f.result, 0);
	assert_int_equal(f.plan.metrics[0].idle_timeout_ns, 0);
	fixture_end(&f);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *metrics, *message;
	} cases[] = {
		{HEAD("a") "map: plain, idle_timeout: 1m}\n",
			"needs a map with keys that otel.bpf.h"},
		{HEAD("a") "map: shards, idle_timeout: 1m}\n",
			"needs a map with keys that otel.bpf.h"},
		{HEAD("a") "map: small, idle_timeout: 1m}\n", "needs values of 64 bits"},
		{"  - {name: a, instrument: histogram, unit: s, description: D., map: "
		 "small_buckets, idle_timeout: 1m, buckets: {exp2: {first: 0}}}\n",
			"needs values of 64 bits"},
		{HEAD("a") "map: sleeping, idle_timeout: 1m}\n", "programs that may sleep"},
		{HEAD("a") "map: slots, idle_timeout: 1m}\n" HEAD("b") "map: slots}\n",
			"another idle_timeout than that of metric a"},
		{HEAD("a") "map: slots}\n" HEAD("b") "map: slots, idle_timeout: 1m}\n",
			"another idle_timeout than that of metric a"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture f;

		fixture_plan(&f, cases[i].metrics, maps, ARRAY_SIZE(maps));
		assert_int_not_equal(f.result, 0);
		if (!strstr(f.err.text, cases[i].message))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].message, f.err.text);
		fixture_end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_may_end),
		cmocka_unit_test(test_mistakes),
	};

	sleeping.table.sleeps = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
