/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/collect.h"

#include <errno.h>
#include <string.h>

#include "src/collect/fixture.h"
#include "src/read/fake_map.h"
#include "test.h"

static const struct resource resource;
static const struct field number_key = {.name = "", .kind = FIELD_UINT, .size = 4};
static const struct field number_value = {.name = "", .kind = FIELD_UINT, .size = 8};

#define METRIC(name)                                                                               \
	"  - {name: " name ", instrument: counter, unit: \"1\", description: D., map: m, "         \
	"attributes: [{name: k}]}\n"

struct bench {
	struct fixture f;
	struct map_info map;
	struct model *model;
	struct scope *scope;
	struct collector *collector;
	uint64_t time;
};

static void bench_begin(struct bench *b)
{
	const struct map_info *const maps[] = {&b->map};

	fake_reset(16);
	b->map = fake_info(1 /* hash */, 1000);
	b->map.name = "m";
	b->map.key = (struct layout){4, &number_key, 1};
	b->map.value = (struct layout){8, &number_value, 1};
	fixture_plan(&b->f, METRIC("one") METRIC("two"), maps, 1);
	assert_int_equal(b->f.result, 0);
	b->model = model_new(&resource);
	b->scope = model_add_scope(b->model, "s", "1", 1);
	assert_int_equal(collector_new(&b->collector, &b->f.plan, b->scope, &fake_calls, NULL), 0);
	b->time = 100;
}

static void bench_end(struct bench *b)
{
	collector_free(b->collector);
	model_free(b->model);
	fixture_end(&b->f);
}

static uint64_t total(const struct metric *metric)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < metric->series_count; i++)
		sum += series_is_live(metric, i) ? metric->numbers[i] : 0;
	return sum;
}

static int run(struct bench *b, struct err *err)
{
	int result;

	model_begin(b->model, b->time++);
	result = collector_run(b->collector, err);
	model_end(b->model);
	return result;
}

static void test_a_map_is_read_once_for_all_its_metrics(void **state)
{
	struct collector_map_stats stats;
	struct bench b;

	(void)state;
	bench_begin(&b);
	for (uint32_t key = 0; key < 300; key++)
		fake_insert(key, key);
	assert_int_equal(run(&b, NULL), 0);
	assert_int_equal(total(b.scope->metrics[0]), 300 * 299 / 2);
	assert_int_equal(total(b.scope->metrics[1]), 300 * 299 / 2);
	assert_int_equal(collector_map_count(b.collector), 1);
	collector_map_stats(b.collector, 0, &stats);
	assert_int_equal(stats.entries, 300);
	assert_int_equal(stats.read_errors, 0);
	assert_int_equal(collector_undecodable(b.collector), 0);
	bench_end(&b);
}

static int refuse(struct fake_map *map, enum fake_call call, unsigned int number)
{
	(void)map;
	(void)call;
	(void)number;
	return -EIO;
}

static void test_a_map_that_cannot_be_read_costs_one_collection(void **state)
{
	struct collector_map_stats stats;
	struct err err = {0};
	uint64_t start;
	struct bench b;

	(void)state;
	bench_begin(&b);
	fake_insert(1, 10);
	assert_int_equal(run(&b, &err), 0);
	start = b.scope->metrics[0]->starts[0];
	fake.before = refuse;
	assert_int_not_equal(run(&b, &err), 0);
	assert_non_null(strstr(err.text, "map m: "));
	assert_int_equal(total(b.scope->metrics[0]), 0);
	collector_map_stats(b.collector, 0, &stats);
	assert_int_equal(stats.read_errors, 1);
	fake.before = NULL;
	assert_int_equal(run(&b, &err), 0);
	assert_int_equal(total(b.scope->metrics[0]), 10);
	assert_int_equal(b.scope->metrics[0]->starts[0], start);
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_map_is_read_once_for_all_its_metrics),
		cmocka_unit_test(test_a_map_that_cannot_be_read_costs_one_collection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
