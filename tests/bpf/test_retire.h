/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What test_retire.bpf.c and test_retire.c share. */
#pragma once

#include <linux/types.h>

enum {
	/* Twice as many slots as keys, and some for who loses a race: none goes to overflow because
	 * of room. */
	HOT_KEYS = 64,
	HOT_SLOTS = 256,
	/* Full all the time. */
	CROWDED_KEYS = 4096,
	CROWDED_SLOTS = 64,
};

/* Of a size that is compared in several words. */
struct wide {
	__u64 number;
	__u32 again, more;
};

struct truth {
	__u64 events, interrupts, sum;
	__u64 hot[HOT_KEYS], sharded[HOT_KEYS], crowded[CROWDED_KEYS];
};
