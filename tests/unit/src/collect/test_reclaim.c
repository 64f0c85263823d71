/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that end at any step, and others that go on with what they left. */
#include "collect/reclaim.h"

#include <string.h>

#include "src/collect/retire_world.h"
#include "test.h"

enum {
	STEPS = 6000
};

static struct world *w;

static bool is_free(uint32_t number)
{
	for (uint32_t i = 0; i < w->free_count; i++) {
		if (w->free_slots[i] == number)
			return true;
	}
	return false;
}

static bool is_used(uint32_t number)
{
	for (uint32_t key = 0; key < KEYS; key++) {
		if (w->index[key] == number)
			return true;
	}
	return false;
}

/* Each slot is free, or the one of a key. */
static void check_slots(void)
{
	for (uint32_t number = 1; number <= SLOTS; number++) {
		assert_int_equal(is_free(number) + is_used(number), 1);
		if (is_used(number))
			assert_int_not_equal(slot_state(table_element(&w->table, number)), 0);
	}
}

static void settle(void)
{
	w->fuse = 0;
	balance();
	/* Slots that are on their way, and slots that were lost, are free after some more. */
	for (int i = 0; i < 12; i++)
		step(true);
	check_slots();
}

static void test_ends_at_any_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		volatile int n = 0;

		w = world_begin(&kinds[i], i + 100);
		step(true);
		/* Comes back here from wherever the process ends. */
		if (setjmp(w->death)) {
			world_stop();
			world_start();
		}
		w->fuse = below(3) ? 1 + (uint32_t)below(40) : 1 + (uint32_t)below(400);
		while (n++ < STEPS) {
			step(false);
			if (n % 100)
				continue;
			settle();
			w->fuse = 1 + (uint32_t)below(100);
		}
		settle();
		print_message("%s: ended %u times, %llu events came late\n", kinds[i].text,
			w->deaths, (unsigned long long)w->returned);
		assert_in_range(w->deaths, 100, UINT32_MAX);
		assert_in_range(w->returned, 10, UINT32_MAX);
		world_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_at_any_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
