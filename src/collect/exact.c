/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/exact.h"

#include <string.h>

enum {
	/* A number of 64 bits to the power of 64, shifted by less than that. */
	WORDS = 2 * 64 + 2,
};

struct big {
	uint64_t words[WORDS]; /* least significant first */
	uint32_t count;	       /* the highest one is not 0 */
};

static void trim(struct big *a)
{
	while (a->count && !a->words[a->count - 1])
		a->count--;
}

static void square(struct big *a)
{
	struct big result = {.count = 2 * a->count};

	for (uint32_t i = 0; i < a->count; i++) {
		uint64_t carry = 0;

		for (uint32_t j = 0; j < a->count; j++) {
			unsigned __int128 sum = (unsigned __int128)a->words[i] * a->words[j] +
						result.words[i + j] + carry;

			result.words[i + j] = (uint64_t)sum;
			carry = (uint64_t)(sum >> 64);
		}
		result.words[i + a->count] = carry;
	}
	trim(&result);
	*a = result;
}

static struct big power_of(uint64_t value, uint32_t squarings)
{
	struct big result = {.words = {value}, .count = 1};

	while (squarings--)
		square(&result);
	return result;
}

static int64_t bits(const struct big *a)
{
	return (int64_t)a->count * 64 - __builtin_clzll(a->words[a->count - 1]);
}

static void shift_left(struct big *a, uint32_t by)
{
	uint32_t words = by / 64, rest = by % 64;

	memmove(a->words + words, a->words, a->count * sizeof(*a->words));
	memset(a->words, 0, words * sizeof(*a->words));
	a->count += words + 1;
	a->words[a->count - 1] = 0;
	for (uint32_t i = a->count - 1; rest && i > words; i--)
		a->words[i] = a->words[i] << rest | a->words[i - 1] >> (64 - rest);
	a->words[words] <<= rest;
	trim(a);
}

static bool is_greater(const struct big *a, const struct big *b)
{
	if (a->count != b->count)
		return a->count > b->count;
	for (uint32_t i = a->count; i--;)
		if (a->words[i] != b->words[i])
			return a->words[i] > b->words[i];
	return false;
}

/*
 * The bucket of value / divisor: the lowest m - 1 with value / divisor <= 2^(m / 2^scale), that is
 * with value^(2^scale) <= 2^m divisor^(2^scale).
 */
static int64_t bucket_index(uint64_t value, uint64_t divisor, uint32_t scale)
{
	struct big left = power_of(value, scale), right = power_of(divisor, scale);
	int64_t m = bits(&left) - bits(&right);

	if (m > 0)
		shift_left(&right, (uint32_t)m);
	else
		shift_left(&left, (uint32_t)-m);
	return is_greater(&left, &right) ? m : m - 1;
}

int64_t exact_place(const struct exact_buckets *buckets, uint64_t value)
{
	int64_t one = 64 - __builtin_clzll(buckets->divisor), unit = INT64_C(1) << buckets->scale;
	int64_t place, octave;

	if (!value)
		return -1;
	place = bucket_index(value, buckets->divisor, buckets->scale) + one * unit;
	octave = place / unit;
	if (octave >= buckets->first && octave < (int64_t)buckets->first + buckets->octaves)
		return place;
	return octave * unit;
}

bool exact_is_end(const struct exact_buckets *buckets, uint64_t value)
{
	return value == UINT64_MAX ||
	       exact_place(buckets, value) != exact_place(buckets, value + 1);
}

/* The last value whose place is at most this one. */
static uint64_t last_at(const struct exact_buckets *buckets, int64_t place)
{
	uint64_t low = 0, high = UINT64_MAX;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2 + 1;

		if (exact_place(buckets, middle) <= place)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

uint64_t exact_end_below(const struct exact_buckets *buckets, uint64_t value)
{
	return value ? last_at(buckets, exact_place(buckets, value) - 1) : 0;
}

uint64_t exact_end_above(const struct exact_buckets *buckets, uint64_t value)
{
	return last_at(buckets, exact_place(buckets, value));
}
