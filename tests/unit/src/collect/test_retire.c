/* SPDX-License-Identifier: Apache-2.0 */
/* What was received is what was counted. */
#include "collect/retire.h"

#include <errno.h>
#include <string.h>

#include "src/collect/allocations.h"
#include "src/collect/retire_world.h"
#include "test.h"

enum {
	STEPS = 4000
};

static struct world *w;

static void test_nothing_is_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		w = world_begin(&kinds[i], i + 1);
		for (int n = 1; n <= STEPS; n++) {
			step(false);
			if (n % 50 == 0)
				balance();
		}
		print_message("%s: %llu slots became free, %llu events came late\n", kinds[i].text,
			(unsigned long long)retirement_count(w->retirement),
			(unsigned long long)w->returned);
		assert_in_range(retirement_count(w->retirement), 50, UINT32_MAX);
		assert_in_range(w->returned, 20, UINT32_MAX);
		world_end();
	}
}

/* A counter, and nothing random. */
static uint64_t collect(uint64_t seconds, bool taken)
{
	uint64_t live = 0;

	w->now += seconds * SECOND;
	assert_true(pass(true));
	retire(true);
	w->snapshot = model_end(w->model);
	for (uint32_t i = 0; i < w->metric->series_count; i++)
		live += series_is_live(w->metric, i);
	send(0, w->metric->series_count, taken);
	return live;
}

/* Whatever the instrument, and whether the receiver takes it or not. */
static void test_no_allocation_while_series_go_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		unsigned int before = 0;

		w = world_begin(&kinds[i], i + 1);
		for (int n = 0; n < 40; n++) {
			if (n == 20)
				before = allocations;
			for (uint32_t key = 0; key < KEYS; key++)
				event(key);
			assert_true(collect(1, n % 3 > 0) > 0);
		}
		assert_int_equal(allocations, before);
		assert_int_equal(retirement_count(w->retirement), 0);
		world_end();
	}
}

static void test_only_what_was_delivered_ends(void **state)
{
	uint64_t start;

	(void)state;
	w = world_begin(&kinds[0], 1);
	event(3);
	assert_int_equal(collect(1, false), 1);
	start = w->metric->starts[0];
	for (int i = 0; i < 10; i++)
		assert_int_equal(collect(1, false), 1);
	assert_int_not_equal(w->index[3], 0);
	assert_int_equal(collect(1, true), 1);
	/* Now its key leaves, and its slot two snapshots later. */
	assert_int_equal(collect(1, true), 1);
	assert_int_equal(w->index[3], 0);
	assert_int_equal(w->free_count, SLOTS - 1);
	assert_int_equal(collect(1, true), 1);
	assert_int_equal(w->free_count, SLOTS - 1);
	assert_int_equal(collect(1, true), 1);
	assert_int_equal(w->free_count, SLOTS);
	assert_int_equal(retirement_count(w->retirement), 1);
	assert_int_equal(collect(1, true), 0);
	/* It begins anew. */
	event(3);
	assert_int_equal(collect(1, true), 1);
	assert_true(w->metric->starts[0] > start);
	assert_int_equal(w->received[3].total.sum, w->truth[3].sum);
	world_end();
}

static void test_a_level_stays(void **state)
{
	(void)state;
	w = world_begin(&kinds[12], 1);
	event(3);
	for (int i = 0; i < 20; i++)
		assert_int_equal(collect(1, true), 1);
	assert_int_not_equal(w->index[3], 0);
	slot_words(&w->memory, w->index[3])[0] = 0;
	for (int i = 0; i < 5; i++)
		(void)collect(1, true);
	assert_int_equal(w->index[3], 0);
	assert_int_equal(collect(1, true), 0);
	world_end();
}

static void set(uint32_t slot, uint64_t value)
{
	slot_words(&w->memory, slot)[0] = value;
}

static void gauge_until_it_leaves(void)
{
	static const struct kind gauge = {"gauge", 1, INSTRUMENT_GAUGE, PREFER_CUMULATIVE, 100};
	bool waits = false;

	w = world_begin(&gauge, 1);
	w->index[3] = w->free_slots[--w->free_count];
	slot_publish(&w->memory, w->index[3], 3);
	set(w->index[3], 70);
	w->held[3] = w->index[3];
	while (!waits) {
		w->now += SECOND / 4;
		assert_true(pass(true));
		assert_int_equal(retirement_begin(w->retirement, w->now, &waits, NULL), 0);
		if (!waits) {
			model_end(w->model);
			send(0, w->metric->series_count, true);
		}
	}
	assert_int_equal(w->index[3], 0);
}

/* All live series; there is at most one. */
static int64_t gauge_value(void)
{
	assert_int_equal(retirement_end(w->retirement, w->now, NULL), 0);
	model_end(w->model);
	if (!collect(1, true))
		return -1;
	return (int64_t)w->metric->numbers[0];
}

static void test_gauges(void **state)
{
	(void)state;
	gauge_until_it_leaves();
	assert_int_equal(gauge_value(), -1);
	assert_int_equal(w->free_count, SLOTS);
	world_end();
	/* Set meanwhile by a program that had its number. */
	gauge_until_it_leaves();
	set(w->held[3], 71);
	assert_int_equal(gauge_value(), 71);
	assert_int_equal(w->index[3], w->held[3]);
	assert_int_equal(table_word(table_element(&w->table, w->index[3])) >> 32, 0);
	world_end();
	/* And then by another one. */
	gauge_until_it_leaves();
	set(w->held[3], 71);
	w->index[3] = w->free_slots[--w->free_count];
	slot_publish(&w->memory, w->index[3], 3);
	set(w->index[3], 72);
	assert_int_equal(gauge_value(), 72);
	assert_int_equal(w->free_count, SLOTS - 1);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_lost),
		cmocka_unit_test(test_no_allocation_while_series_go_on),
		cmocka_unit_test(test_only_what_was_delivered_ends),
		cmocka_unit_test(test_a_level_stays),
		cmocka_unit_test(test_gauges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
