/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/exact.h"

#include <math.h>

#include "model/exponential.h"
#include "test.h"

enum {
	ALL_OCTAVES = 65
};

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 11; /* 53 bits: a double holds it */
}

/* What a double holds, the model finds the bucket of, exactly. */
static void test_as_the_model_has_it(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (uint32_t scale = 0; scale <= 6; scale++) {
		struct exact_buckets buckets = {
			.divisor = 1, .scale = scale, .octaves = ALL_OCTAVES};

		for (int i = 0; i < 300; i++) {
			uint64_t value = (next_random(&seed) >> (i % 53)) + 1;

			assert_int_equal(exact_place(&buckets, value),
				exponential_index((double)value, (int32_t)scale) + (1 << scale));
		}
	}
}

/* With a divisor that is a power of two, the quotient is a double too. */
static void test_divisor(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (uint32_t power = 0; power < 64; power += 9) {
		struct exact_buckets buckets = {
			.divisor = UINT64_C(1) << power, .scale = 6, .octaves = ALL_OCTAVES};

		for (int i = 0; i < 200; i++) {
			uint64_t value = (next_random(&seed) >> (i % 53)) + 1;
			double quotient = ldexp((double)value, -(int)power);

			assert_int_equal(exact_place(&buckets, value),
				exponential_index(quotient, 6) + (((int)power + 1) << 6));
		}
	}
}

static void test_seconds(void **state)
{
	const struct exact_buckets buckets = {
		.divisor = 1000000000, .scale = 5, .first = 10, .octaves = 20};
	static const struct {
		uint64_t value;
		bool end;
	} cases[] = {
		{0, true},	/* zeros are counted for themselves */
		{1, true},	/* 2^-30 s lies between 0 and 1 ns, 2^-29 between 1 and 2 */
		{976562, true}, /* 2^-10 s is 976562.5 ns */
		{976563, false},
		{976561, false},
		{1000000, false}, /* 0.001 s */
		{999999999, false},
		{1000000000, true},
		{UINT64_C(2000000000), true},
		{UINT64_C(1414213562), false}, /* beyond the part with detail */
		{UINT64_MAX - 1, false},
		{UINT64_MAX, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (exact_is_end(&buckets, cases[i].value) != cases[i].end)
			fail_msg("%llu", (unsigned long long)cases[i].value);
	assert_int_equal(exact_place(&buckets, 0), -1);
}

/* The ends of buckets: neighbours of each other, and nothing ends in between. */
static void test_ends(void **state)
{
	const struct exact_buckets buckets = {
		.divisor = 1000000000, .scale = 5, .first = 10, .octaves = 20};
	static const uint64_t values[] = {
		0, 1, 2, 511, 1000, 1000000, 1000000000, UINT64_C(1) << 40, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		uint64_t below = exact_end_below(&buckets, values[i]);
		uint64_t above = exact_end_above(&buckets, values[i]);

		assert_true(exact_is_end(&buckets, above));
		assert_true(above >= values[i]);
		assert_true(exact_place(&buckets, above) == exact_place(&buckets, values[i]));
		assert_true(exact_is_end(&buckets, below));
		assert_true(below < values[i] || !values[i]);
	}
	assert_int_equal(exact_end_above(&buckets, 976563 - 1), 976562);
	assert_int_equal(exact_end_below(&buckets, 976563), 976562);
	/* 2^(-319/32) and 2^(-318/32) seconds */
	assert_int_equal(exact_end_below(&buckets, 1000000), 997946);
	assert_int_equal(exact_end_above(&buckets, 1000000), 1019798);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_model_has_it),
		cmocka_unit_test(test_divisor),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
