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

/* For value 1 and more. clang 14 crashes on __builtin_clzll for BPF. */
static __always_inline __u64 otel_position(__u64 value, const struct otel_bounds *table)
{
	__u64 power = 63, below;

	/* Move the leading one to the highest bit: the bounds of one octave serve all. */
	if (!(value >> 32)) {
		value <<= 32;
		power -= 32;
	}
	if (!(value >> 48)) {
		value <<= 16;
		power -= 16;
	}
	if (!(value >> 56)) {
		value <<= 8;
		power -= 8;
	}
	if (!(value >> 60)) {
		value <<= 4;
		power -= 4;
	}
	if (!(value >> 62)) {
		value <<= 2;
		power -= 2;
	}
	if (!(value >> 63)) {
		value <<= 1;
		power -= 1;
	}
	/* Bounds are further apart than values that share these 7 bits: there is at most one more
	 * bound below. */
	below = table->guess[value >> 56 & 0x7f];
	below += value > table->bounds[below];
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
