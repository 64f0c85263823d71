/* SPDX-License-Identifier: Apache-2.0 */
#include "model/attr.h"

#include "test.h"

static void test_equality_is_by_key_type_and_value(void **state)
{
	struct attr a[] = {attr_string("k", "1"), attr_int("n", 1)};
	struct attr same[] = {attr_string("k", "1"), attr_int("n", 1)};
	struct attr others[] = {
		attr_string("k", "2"),
		attr_string("K", "1"),
		attr_string("k", "12"),
		attr_int("k", 1),
		attr_bool("k", true),
	};

	(void)state;
	assert_true(attrs_equal(a, 2, same, 2));
	assert_true(attrs_equal(a, 0, NULL, 0));
	assert_false(attrs_equal(a, 1, same, 2));
	for (int i = 0; i < 5; i++)
		assert_false(attrs_equal(a, 1, &others[i], 1));
	assert_false(attrs_equal(&a[1], 1, &(struct attr){.key = "n", .type = ATTR_INT}, 1));
}

static void test_strings_may_hold_nul(void **state)
{
	struct attr a = {.key = "k", .length = 3, .string = "a\0b"};
	struct attr b = {.key = "k", .length = 3, .string = "a\0c"};

	(void)state;
	assert_false(attrs_equal(&a, 1, &b, 1));
	assert_true(attrs_equal(&a, 1, &a, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equality_is_by_key_type_and_value),
		cmocka_unit_test(test_strings_may_hold_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
