/* SPDX-License-Identifier: Apache-2.0 */
#include "config/decimal.h"

#include <errno.h>
#include <float.h>

#include "base/compiler.h"
#include "test.h"

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t numerator, denominator;
	} cases[] = {
		{"0", 0, 0, 1},
		{"1", 0, 1, 1},
		{"50", 0, 50, 1},
		{"0.000001", 0, 1, 1000000},
		{"1e-6", 0, 1, 1000000},
		{"1E-06", 0, 1, 1000000},
		{".5", 0, 1, 2},
		{"5.", 0, 5, 1},
		{"2.50", 0, 5, 2},
		{"1e+3", 0, 1000, 1},
		{"0.25e2", 0, 25, 1},
		{"0e-99", 0, 0, 1},
		{"100000000000000000000e-20", -ERANGE, 0, 0},
		{"10000000000000000000e-19", 0, 1, 1},
		{"18446744073709551615", 0, UINT64_MAX, 1},
		{"18446744073709551616", -ERANGE, 0, 0},
		{"1e19", 0, 10000000000000000000u, 1},
		{"1e20", -ERANGE, 0, 0},
		{"1e-20", -ERANGE, 0, 0},
		{"2e-20", -ERANGE, 0, 0},
		{"1e101", -ERANGE, 0, 0},
		{"1e99999999999999999999", -ERANGE, 0, 0},
		{"", -EINVAL, 0, 0},
		{".", -EINVAL, 0, 0},
		{"e5", -EINVAL, 0, 0},
		{"1e", -EINVAL, 0, 0},
		{"1e+", -EINVAL, 0, 0},
		{"-1", -EINVAL, 0, 0},
		{"+1", -EINVAL, 0, 0},
		{" 1", -EINVAL, 0, 0},
		{"1 ", -EINVAL, 0, 0},
		{"1.2.3", -EINVAL, 0, 0},
		{"0x10", -EINVAL, 0, 0},
		{"1,5", -EINVAL, 0, 0},
		{"nan", -EINVAL, 0, 0},
		{".inf", -EINVAL, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct decimal decimal = {7, 7};

		if (decimal_parse(cases[i].text, &decimal) != cases[i].result)
			fail_msg("'%s'", cases[i].text);
		if (cases[i].result)
			continue;
		assert_int_equal(decimal.numerator, cases[i].numerator);
		assert_int_equal(decimal.denominator, cases[i].denominator);
	}
}

static void products(void **state)
{
	const struct decimal tenth = {1, 10}, millionth = {1, 1000000}, fifty = {50, 1};

	(void)state;
	assert_true(decimal_times(&tenth, 3) == 0.3);
	assert_true(decimal_times(&millionth, 1) == 1e-6);
	assert_true(decimal_times(&millionth, 134217728) == 134.217728);
	assert_true(decimal_times(&fifty, 21) == 1050);
	assert_true(decimal_times(&tenth, 0) == 0);
	assert_true(decimal_times(&fifty, UINT64_MAX) <= DBL_MAX);
}

static void floors(void **state)
{
	const struct decimal third = {1, 3}, millisecond = {1, 1000}, large = {UINT64_MAX, 1};

	(void)state;
	assert_int_equal(decimal_floor(&third, 2), 0);
	assert_int_equal(decimal_floor(&third, 3), 1);
	assert_int_equal(decimal_floor(&millisecond, 1000000000), 1000000);
	assert_int_equal(decimal_floor(&millisecond, 999999999), 999999);
	assert_true(decimal_floor(&large, 1) == UINT64_MAX);
	assert_true(decimal_floor(&large, 2) == UINT64_MAX);
	assert_int_equal(decimal_floor(&large, 0), 0);
}

static void order(void **state)
{
	const struct decimal half = {1, 2}, third = {1, 3}, large = {UINT64_MAX, 1},
			     larger = {UINT64_MAX, UINT64_MAX - 1};

	(void)state;
	assert_true(decimal_compare(&half, &third) > 0);
	assert_true(decimal_compare(&third, &half) < 0);
	assert_int_equal(decimal_compare(&third, &third), 0);
	assert_true(decimal_compare(&larger, &large) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(products),
		cmocka_unit_test(floors),
		cmocka_unit_test(order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
