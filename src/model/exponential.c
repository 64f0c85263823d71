/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exponential.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Of sums: bounds are multiplied up, which is wrong by less than this. */
#define TOLERANCE 1e-9

void exponential_clear(struct exponential *histogram)
{
	*histogram = (struct exponential){
		.scale = EXPONENTIAL_SCALE_MAX,
		.buckets = histogram->buckets,
	};
}

/* The part of a histogram's buckets that has something, as indexes at its own scale. */
struct range {
	int64_t low, high; /* low > high: nothing */
};

static struct range used_range(const struct exponential *histogram)
{
	uint32_t first = 0, end = histogram->bucket_count;

	while (first < end && !histogram->buckets[first])
		first++;
	while (end > first && !histogram->buckets[end - 1])
		end--;
	return (struct range){
		.low = (int64_t)histogram->offset + first,
		.high = (int64_t)histogram->offset + end - 1,
	};
}

void exponential_downscale(struct exponential *histogram, uint32_t steps)
{
	int64_t offset = histogram->offset, low = offset >> steps;
	uint32_t count = 0;

	for (uint32_t i = 0; i < histogram->bucket_count; i++) {
		uint32_t to = (uint32_t)(((offset + i) >> steps) - low);
		uint64_t moved = histogram->buckets[i];

		/* Never ahead of what was read: to <= i. */
		if (to == count)
			histogram->buckets[count++] = moved;
		else
			histogram->buckets[to] += moved;
	}
	histogram->scale -= (int32_t)steps;
	histogram->offset = (int32_t)low;
	histogram->bucket_count = count;
}

/* Make `range` the range of the buckets; it encloses what they have. */
static void widen(struct exponential *histogram, const struct range *range)
{
	uint32_t wanted = (uint32_t)(range->high - range->low + 1);
	uint32_t shift = (uint32_t)(histogram->offset - range->low);
	uint64_t *buckets = histogram->buckets;

	if (!histogram->bucket_count)
		shift = 0;
	memmove(buckets + shift, buckets, histogram->bucket_count * sizeof(*buckets));
	memset(buckets, 0, shift * sizeof(*buckets));
	memset(buckets + shift + histogram->bucket_count, 0,
		(wanted - shift - histogram->bucket_count) * sizeof(*buckets));
	histogram->offset = (int32_t)range->low;
	histogram->bucket_count = wanted;
}

/* Returns how much was added. */
static uint64_t merge_buckets(
	struct exponential *into, const struct exponential *from, uint32_t max_size)
{
	struct range range, added = used_range(from);
	int32_t scale = from->scale;
	uint32_t steps;
	uint64_t total = 0;

	if (added.low > added.high)
		return 0;
	if (!into->bucket_count)
		into->scale = from->scale;
	if (into->scale < scale)
		scale = into->scale;
	range = (struct range){
		.low = added.low >> (from->scale - scale),
		.high = added.high >> (from->scale - scale),
	};
	if (into->bucket_count) {
		int64_t low = (int64_t)into->offset >> (into->scale - scale);
		int64_t high = ((int64_t)into->offset + into->bucket_count - 1) >>
			       (into->scale - scale);

		range.low = low < range.low ? low : range.low;
		range.high = high > range.high ? high : range.high;
	}
	for (; range.high - range.low >= max_size; scale--) {
		range.low >>= 1;
		range.high >>= 1;
	}
	exponential_downscale(into, (uint32_t)(into->scale - scale));
	widen(into, &range);
	steps = (uint32_t)(from->scale - scale);
	for (int64_t i = added.low; i <= added.high; i++) {
		uint64_t count = from->buckets[i - from->offset];

		into->buckets[(i >> steps) - range.low] += count;
		total += count;
	}
	return total;
}

void exponential_merge(struct exponential *into, const struct exponential *from, uint32_t max_size)
{
	uint64_t added = merge_buckets(into, from, max_size) + from->zero_count;

	if (!added)
		return;
	into->no_extremes |= from->no_extremes;
	if (!into->count || from->min < into->min)
		into->min = from->min;
	if (!into->count || from->max > into->max)
		into->max = from->max;
	into->sum += from->sum;
	into->zero_count += from->zero_count;
	into->count += added;
}

bool exponential_subtract(struct exponential *past, const struct exponential *now)
{
	struct range range = {
		.low = now->offset,
		.high = (int64_t)now->offset + now->bucket_count - 1,
	};

	/* A sum that was moved to where the buckets allow it may have been moved too far by as much
	 * as a double leaves open. */
	if ((double)now->sum < (double)past->sum * (1 - TOLERANCE) ||
		now->zero_count < past->zero_count)
		return false;
	if (past->bucket_count) {
		if (now->scale > past->scale)
			return false;
		exponential_downscale(past, (uint32_t)(past->scale - now->scale));
		if (past->offset < range.low ||
			(int64_t)past->offset + past->bucket_count - 1 > range.high)
			return false;
	}
	past->scale = now->scale;
	widen(past, &range);
	for (uint32_t i = 0; i < now->bucket_count; i++) {
		if (now->buckets[i] < past->buckets[i])
			return false;
		past->buckets[i] = now->buckets[i] - past->buckets[i];
	}
	past->count = now->count - past->count;
	past->sum = now->sum > past->sum ? now->sum - past->sum : 0;
	past->zero_count = now->zero_count - past->zero_count;
	past->min = past->max = 0;
	past->no_extremes = true;
	return true;
}

static uint64_t to_integer(double value)
{
	if (!(value > 0))
		return 0;
	return value < ldexp(1, 64) ? (uint64_t)value : UINT64_MAX;
}

/* `value`, or what is nearest to it in the bucket. */
static uint64_t into_bucket(
	uint64_t value, const struct exponential *histogram, int32_t index, uint64_t divisor)
{
	double exported = (double)value / (double)divisor;
	int32_t found = value ? exponential_index(exported, histogram->scale) : INT32_MIN;
	double bound;

	if (found == index)
		return value;
	bound = exponential_bound(histogram->scale, found < index ? index : index + 1);
	value = to_integer(bound * (double)divisor);
	return found < index && value < UINT64_MAX ? value + 1 : value;
}

static void repair_extremes(struct exponential *histogram, uint64_t divisor)
{
	struct range range = used_range(histogram);

	if (range.low > range.high) {
		histogram->min = histogram->max = 0;
		return;
	}
	histogram->min = histogram->zero_count ? 0
					       : into_bucket(histogram->min, histogram,
							 (int32_t)range.low, divisor);
	histogram->max = into_bucket(histogram->max, histogram, (int32_t)range.high, divisor);
	if (histogram->max < histogram->min)
		histogram->max = histogram->min;
}

static void repair_sum(struct exponential *histogram, uint64_t divisor)
{
	double base = exponential_bound(histogram->scale, 1);
	double bound = exponential_bound(histogram->scale, histogram->offset) * (double)divisor;
	double low = 0, high;

	for (uint32_t i = 0; i < histogram->bucket_count; i++, bound *= base)
		low += (double)histogram->buckets[i] * bound;
	high = low * base;
	/* A sum that went beyond 64 bits says nothing. */
	if (!(high < ldexp(1, 64)))
		return;
	if ((double)histogram->sum < low * (1 - TOLERANCE))
		histogram->sum = to_integer(ceil(low));
	else if ((double)histogram->sum > high * (1 + TOLERANCE))
		histogram->sum = to_integer(high);
}

void exponential_repair(struct exponential *histogram, uint64_t divisor)
{
	if (!histogram->count)
		return;
	repair_extremes(histogram, divisor);
	repair_sum(histogram, divisor);
}

/* The upper half of a x a. */
static unsigned __int128 square_high(unsigned __int128 a)
{
	uint64_t high = (uint64_t)(a >> 64), low = (uint64_t)a;
	unsigned __int128 cross = (unsigned __int128)high * low;
	unsigned __int128 lowest = (unsigned __int128)low * low >> 64;

	/* a x a = high^2 2^128 + 2 cross 2^64 + low^2 */
	return (unsigned __int128)high * high + (cross >> 63) +
	       (((unsigned __int128)(uint64_t)(cross << 1) + lowest) >> 64);
}

/*
 * The first `digits` binary digits of log2 of a fraction in [1, 2): each squaring shifts the
 * logarithm left by one. The error doubles with each, from 2^-126 to at most 2^-106, and no double
 * comes that near to a bound.
 */
static int64_t log2_digits(uint64_t mantissa, int32_t digits)
{
	unsigned __int128 x = (unsigned __int128)mantissa << 64; /* 2^127 stands for 1 */
	int64_t result = 0;

	while (digits--) {
		bool above = (x = square_high(x)) >> 127;

		result = result * 2 + above;
		if (!above)
			x <<= 1;
	}
	return result;
}

int32_t exponential_index(double value, int32_t scale)
{
	int exponent;
	double fraction = frexp(value, &exponent); /* [0.5, 1) */
	int64_t power = exponent - 1;
	bool is_power = fraction == 0.5;

	if (scale <= 0)
		return (int32_t)((power - is_power) >> -scale);
	power *= INT64_C(1) << scale;
	if (is_power)
		return (int32_t)(power - 1);
	return (int32_t)(power + log2_digits((uint64_t)ldexp(fraction, 64), scale));
}

double exponential_bound(int32_t scale, int32_t index)
{
	int64_t per_power = INT64_C(1) << (scale > 0 ? scale : 0);
	int64_t power = scale > 0 ? index >> scale : (int64_t)index * (INT64_C(1) << -scale);
	int64_t rest = scale > 0 ? index - power * per_power : 0;

	/* Far beyond any double, and small enough for an int. */
	if (power > 2048)
		power = 2048;
	if (power < -2048)
		power = -2048;
	return ldexp(exp2((double)rest / (double)per_power), (int)power);
}
