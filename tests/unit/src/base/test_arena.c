/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "test.h"

static void test_memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena arena = {0};
	unsigned char *blocks[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		blocks[i] = arena_alloc(&arena, i * 7 + 1);
		assert_non_null(blocks[i]);
		assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < i * 7 + 1; j++)
			assert_int_equal(blocks[i][j], 0);
		memset(blocks[i], (int)i, i * 7 + 1);
	}
	for (size_t i = 0; i < 200; i++)
		assert_int_equal(blocks[i][i * 7], i);
	arena_fini(&arena);
	arena_fini(&arena);
}

static void test_reset_reuses(void **state)
{
	struct arena arena = {0};
	char *first, *again;

	(void)state;
	first = arena_strdup(&arena, "text");
	assert_string_equal(first, "text");
	arena_reset(&arena);
	again = arena_printf(&arena, "%d", 42);
	assert_string_equal(again, "42");
	assert_ptr_equal(first, again);
	assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
	arena_fini(&arena);
}

static void test_impossible_sizes(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, SIZE_MAX / 2));
	arena_reset(&arena);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(test_reset_reuses),
		cmocka_unit_test(test_impossible_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
