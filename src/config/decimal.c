/* SPDX-License-Identifier: Apache-2.0 */
#include "config/decimal.h"

#include <errno.h>
#include <stdbool.h>

enum {
	EXPONENT_MAX = 100 /* far from what fits, and nowhere near an overflow of int */
};

/* Digits into *value; returns how many, or -ERANGE. */
static int take_digits(const char **text, uint64_t *value)
{
	int count = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++, count++)
		if (__builtin_mul_overflow(*value, 10, value) ||
			__builtin_add_overflow(*value, (uint64_t)(**text - '0'), value))
			return -ERANGE;
	return count;
}

static int take_exponent(const char **text, int *exponent)
{
	bool negative = false;
	uint64_t value = 0;
	int digits;

	if (**text != 'e' && **text != 'E')
		return 0;
	(*text)++;
	if (**text == '+' || **text == '-')
		negative = *(*text)++ == '-';
	digits = take_digits(text, &value);
	if (digits <= 0)
		return digits ? digits : -EINVAL;
	if (value > EXPONENT_MAX)
		return -ERANGE;
	*exponent += negative ? -(int)value : (int)value;
	return 0;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a ? a : 1; /* not even of 0 and 0: callers divide by it */
}

/* numerator / denominator x 10^exponent in lowest terms. */
static int scale(struct decimal *decimal, int exponent)
{
	uint64_t *grows = exponent < 0 ? &decimal->denominator : &decimal->numerator;
	uint64_t *shrinks = exponent < 0 ? &decimal->numerator : &decimal->denominator;
	uint64_t common;

	if (!decimal->numerator)
		exponent = 0;
	for (int n = exponent < 0 ? -exponent : exponent; n; n--) {
		/* Divide before multiplying: what cancels out must not overflow. */
		uint64_t left = 10;

		common = greatest_common_divisor(*shrinks, left);
		*shrinks /= common;
		left /= common;
		if (__builtin_mul_overflow(*grows, left, grows))
			return -ERANGE;
	}
	common = greatest_common_divisor(decimal->numerator, decimal->denominator);
	decimal->numerator /= common;
	decimal->denominator /= common;
	return 0;
}

int decimal_parse(const char *text, struct decimal *decimal)
{
	struct decimal result = {.denominator = 1};
	int whole, fraction = 0, exponent = 0, code;

	whole = take_digits(&text, &result.numerator);
	if (whole >= 0 && *text == '.') {
		text++;
		fraction = take_digits(&text, &result.numerator);
	}
	if (whole < 0 || fraction < 0)
		return -ERANGE;
	if (!whole && !fraction)
		return -EINVAL;
	code = take_exponent(&text, &exponent);
	if (code)
		return code;
	if (*text)
		return -EINVAL;
	code = scale(&result, exponent - fraction);
	if (!code)
		*decimal = result;
	return code;
}

double decimal_times(const struct decimal *decimal, uint64_t n)
{
	return (double)((long double)n * (long double)decimal->numerator /
			(long double)decimal->denominator);
}

uint64_t decimal_floor(const struct decimal *decimal, uint64_t n)
{
	unsigned __int128 floor = (unsigned __int128)decimal->numerator * n / decimal->denominator;

	return floor < UINT64_MAX ? (uint64_t)floor : UINT64_MAX;
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
	unsigned __int128 left = (unsigned __int128)a->numerator * b->denominator;
	unsigned __int128 right = (unsigned __int128)b->numerator * a->denominator;

	return left < right ? -1 : left > right;
}
