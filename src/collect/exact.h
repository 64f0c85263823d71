/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buckets of bpf/otel_exponential.bpf.h as sets of whole numbers, without an error: a bound is
 * irrational as a rule, but which values are below it is not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct exact_buckets {
	uint64_t divisor; /* measured units in one of the metric's */
	uint32_t scale;	  /* 0 to 6, of the octaves from `first` on; 0 outside of them */
	uint32_t first, octaves;
};

/* Where the bucket of a measured value stands: greater for those above, -1 for the value 0. The
 * unit is a bucket at the scale. */
int64_t exact_place(const struct exact_buckets *buckets, uint64_t value);

/* Whether a bucket ends with this value: the next one is in another. */
bool exact_is_end(const struct exact_buckets *buckets, uint64_t value);

/* The last value of the bucket before that of `value`; and of its own. */
uint64_t exact_end_below(const struct exact_buckets *buckets, uint64_t value);
uint64_t exact_end_above(const struct exact_buckets *buckets, uint64_t value);
