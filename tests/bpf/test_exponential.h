/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What test_exponential.bpf.c and test_exponential.c share. */
#pragma once

#include <linux/types.h>

enum {
	DIVISORS = 4,
	SCALES = 7,
	BATCH = 64,
	NARROW_SCALE = 3,
	NARROW_FIRST = 20,
	NARROW_OCTAVES = 5,
};

struct batch {
	__u64 values[BATCH];
	__u32 count;
	/* The bucket for each divisor and scale, all octaves divided. */
	__u32 found[BATCH][DIVISORS][SCALES];
	/* In seconds, with few octaves divided. */
	__u32 narrow[BATCH];
};
