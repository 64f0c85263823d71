/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What test_otel.bpf.c and test_otel.c share. */
#pragma once

#include <linux/types.h>

enum {
	CONTENDED_KEYS = 65536,
	CONTENDED_ENTRIES = 4096,
};

struct pair {
	__u32 a, b;
};

/* Of a size that no word divides. */
struct name {
	char text[7];
};

struct truth {
	__u64 events, interrupts, sum;
};
