/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/rename.h"

#include <string.h>

#include "base/limits.h"
#include "test.h"

static void test_names_in_their_order(void **state)
{
	static const char values[] = "abcd----efgh----ijkl----";
	const unsigned char *bytes = (const unsigned char *)values;
	struct renames *renames = renames_new(4);
	const struct rename_mark *mark;
	uint32_t a, b;

	(void)state;
	assert_null(renames_first(renames, 0));
	a = renames_add(renames, 0, &(struct rename_mark){.series = 7, .count = 2}, bytes, 8);
	b = renames_add(renames, 0, &(struct rename_mark){.series = 8, .count = 1}, bytes + 8, 8);
	assert_true(a && b && a != b);
	assert_int_equal(
		renames_add(renames, a, &(struct rename_mark){.series = 9, .place = 3, .count = 2},
			bytes + 8, 8),
		a);
	mark = renames_first(renames, a);
	assert_int_equal(mark->series, 7);
	assert_memory_equal(mark->values, "abcdefgh", 8);
	mark = mark->next;
	assert_int_equal(mark->series, 9);
	assert_int_equal(mark->place, 3);
	assert_memory_equal(mark->values, "efghijkl", 8);
	assert_null(mark->next);
	assert_null(renames_first(renames, b)->next);
	renames_drop(renames, a);
	assert_null(renames_first(renames, a));
	assert_non_null(renames_first(renames, b));
	renames_drop(renames, a);
	renames_drop(renames, 0);
	renames_free(renames);
	renames_free(NULL);
}

/* In mapped memory words are copied whole, whatever the size of the value. */
static void test_words(void **state)
{
	const uint64_t words[] = {UINT64_C(0x1122334455667788), 5, 6};
	struct renames *renames = renames_new(sizeof(words));
	uint32_t row = renames_add(
		renames, 0, &(struct rename_mark){.count = 1}, (const unsigned char *)words, 0);

	(void)state;
	assert_memory_equal(renames_first(renames, row)->values, words, sizeof(words));
	renames_free(renames);
}

static void test_their_number_is_bounded(void **state)
{
	const struct rename_mark name = {.count = 1};
	struct renames *renames = renames_new(8);
	unsigned char value[8] = {5};
	uint32_t last = 0;

	(void)state;
	for (int i = 0; i < LIMIT_RENAMES; i++) {
		last = renames_add(renames, i % 3 ? last : 0, &name, value, 8);
		assert_int_not_equal(last, 0);
	}
	assert_int_equal(renames_add(renames, 0, &name, value, 8), 0);
	assert_int_equal(renames_add(renames, last, &name, value, 8), 0);
	renames_drop(renames, last);
	/* What is free is given away again. */
	assert_int_equal(renames_add(renames, 0, &name, value, 8), last);
	renames_free(renames);
}

static void test_names_are_looked_up_now_and_then(void **state)
{
	struct renames *renames = renames_new(8);
	int looks = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		looks += renames_begin(renames);
	assert_int_equal(looks, 4);
	renames_free(renames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_in_their_order),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_their_number_is_bounded),
		cmocka_unit_test(test_names_are_looked_up_now_and_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
