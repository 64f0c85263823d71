/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What bench_kernel.bpf.c and bench_kernel.c share. */
#pragma once

#include <linux/types.h>

struct order {
	__u64 next, key_mask, sink;
};
