/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bucket of an exponential histogram in which OpenTelemetry puts a value: metrics data model,
 * "Exponential Scale", upper bound inclusive, exactly, for every value of 64 bits. The value is an
 * integer in the unit in which it was measured; the bucket is that of value / divisor.
 *
 * Positions count the buckets at scale 6 from the lowest one that a value of 1 or more can be in.
 * 64 positions are an octave: the bucket at scale 0 is position / 64, at a scale between it is
 * position >> (6 - scale). Octave o holds what is above divisor 2^o 2^-d up to and including
 * twice that, where d is 1 + log2(divisor), rounded down: its index at scale 0 is o - d.
 */
#pragma once

#include "otel_bounds.bpf.h"

#include <bpf/bpf_helpers.h>

#define OTEL_OCTAVES   65 /* of all values of 64 bits */
#define OTEL_MAX_SCALE 6

/* The position of the leading one of a value whose bits below it are ones as well, by what the
 * product with OTEL_ONES has in its highest six bits: all 64 of them are different. */
#define OTEL_ONES 0x03f6eaf2cd271461ULL

/* clang-format off */
static const __u8 otel_leading[64] __attribute__((unused)) = {
	0, 58, 1, 59, 47, 53, 2, 60, 39, 48, 27, 54, 33, 42, 3, 61,
	51, 37, 40, 49, 18, 28, 20, 55, 30, 34, 11, 43, 14, 22, 4, 62,
	57, 46, 52, 38, 26, 32, 41, 50, 36, 17, 19, 29, 10, 13, 21, 56,
	45, 25, 31, 35, 16, 9, 12, 44, 24, 15, 8, 23, 7, 6, 5, 63,
};
/* clang-format on */

/* For value 1 and more. Without branches: which way they go nobody could foresee, and a processor
 * that was wrong asks for the memory of the slot later. */
static __always_inline __u64 otel_position(__u64 value, const struct otel_bounds *table)
{
	__u64 ones = value, power, below, difference;

	ones |= ones >> 1;
	ones |= ones >> 2;
	ones |= ones >> 4;
	ones |= ones >> 8;
	ones |= ones >> 16;
	ones |= ones >> 32;
	power = otel_leading[ones * OTEL_ONES >> 58];
	/* Move the leading one to the highest bit: the bounds of one octave serve all. */
	value <<= 63 - power;
	/* Bounds are further apart than values that share these 7 bits: there is at most one more
	 * bound below. Both have the highest bit, so that the sign of the difference tells. */
	below = table->guess[value >> 56 & 0x7f];
	difference = table->bounds[below] - value;
	/* A compiler would compare. */
	barrier_var(difference);
	below += difference >> 63;
	return power * 64 + below + table->pad;
}

/* For constants only: the octave of a value. */
#define OTEL_LOG2(value)	    (63 - __builtin_clzll(value))
#define OTEL_LEFT(value)	    ((__u64)(value) << __builtin_clzll(value))
#define OTEL_OCTAVE(value, divisor) (OTEL_LOG2(value) + (OTEL_LEFT(value) > OTEL_LEFT(divisor)))

/*
 * Buckets as they lie in memory: those of `octaves` octaves from `first` on at the scale, then one
 * for each of all octaves, for what is outside.
 */
#define OTEL_BUCKETS(scale, octaves) (((octaves) << (scale)) + OTEL_OCTAVES)

static __always_inline __u64 otel_bucket(
	__u64 value, const struct otel_bounds *table, __u64 scale, __u64 first, __u64 octaves)
{
	__u64 position = otel_position(value, table);
	__u64 bucket = (position >> (OTEL_MAX_SCALE - scale)) - (first << scale);

	if (bucket >= octaves << scale)
		bucket = (octaves << scale) + (position >> OTEL_MAX_SCALE);
	return bucket;
}
