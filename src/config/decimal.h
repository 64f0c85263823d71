/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers as people write them, without the error that a double would add. */
#pragma once

#include "base/compiler.h"

#include <stdint.h>

struct decimal {
	uint64_t numerator, denominator; /* lowest terms; the denominator is not 0 */
};

/* DIGITS[.DIGITS][e[+-]DIGITS], "1e-6" or ".5" or "50": 0, -EINVAL for anything else (signs and
 * blanks too), -ERANGE if one of the two does not fit. */
int decimal_parse(const char *text, struct decimal *decimal) MUST_CHECK;

/* The double nearest to n x decimal, or next to it. */
double decimal_times(const struct decimal *decimal, uint64_t n);

/* n x decimal, rounded down; UINT64_MAX if it is more. */
uint64_t decimal_floor(const struct decimal *decimal, uint64_t n);

/* Below 0, 0 or above 0, as a is less, equal or more. */
int decimal_compare(const struct decimal *a, const struct decimal *b);
