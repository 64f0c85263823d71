/* SPDX-License-Identifier: Apache-2.0 */
/* Large natural numbers, as far as the proof of the buckets needs them. */
#pragma once

#include <stdint.h>
#include <string.h>

enum {
	BIGNUM_LIMBS = 140, /* of 64 bits: (2^64)^64 shifted by as much again */
};

struct bignum {
	unsigned int length; /* limbs; the highest is not 0 */
	uint64_t limbs[BIGNUM_LIMBS];
};

static inline void bignum_set(struct bignum *number, uint64_t value)
{
	number->length = value != 0;
	number->limbs[0] = value;
}

static inline void bignum_square(struct bignum *result, const struct bignum *number)
{
	memset(result->limbs, 0, 2 * number->length * sizeof(uint64_t));
	for (unsigned int i = 0; i < number->length; i++) {
		unsigned __int128 carry = 0;

		for (unsigned int j = 0; j < number->length; j++) {
			carry += (unsigned __int128)number->limbs[i] * number->limbs[j] +
				 result->limbs[i + j];
			result->limbs[i + j] = (uint64_t)carry;
			carry >>= 64;
		}
		result->limbs[i + number->length] = (uint64_t)carry;
	}
	result->length = 2 * number->length;
	while (result->length && !result->limbs[result->length - 1])
		result->length--;
}

static inline void bignum_shift(struct bignum *result, const struct bignum *number, unsigned int by)
{
	unsigned int limbs = by / 64, bits = by % 64;
	uint64_t carry = 0;

	memset(result->limbs, 0, limbs * sizeof(uint64_t));
	for (unsigned int i = 0; i < number->length; i++) {
		result->limbs[limbs + i] = number->limbs[i] << bits | carry;
		carry = bits ? number->limbs[i] >> (64 - bits) : 0;
	}
	result->length = limbs + number->length;
	if (carry)
		result->limbs[result->length++] = carry;
}

/* As memcmp: below, equal to or above 0. */
static inline int bignum_compare(const struct bignum *a, const struct bignum *b)
{
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	for (unsigned int i = a->length; i--;) {
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	}
	return 0;
}
