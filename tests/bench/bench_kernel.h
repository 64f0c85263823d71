/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What bench_kernel.bpf.c and bench_kernel.c share. */
#pragma once

#include <linux/types.h>

enum {
	/* A slot of `exponential` has 6 kB: with many keys they are other programs' measurement. */
	HISTOGRAM_KEYS_MAX = 1024,
};

struct order {
	__u64 next, key_mask, sink;
};
