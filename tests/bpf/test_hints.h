/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What test_hints.bpf.c and test_hints.c share. */
#pragma once

#include <linux/types.h>

enum {
	/* Four sets of four hints: with a key in each slot some sets have too many. */
	HINTED_SLOTS = 7,
	HINTED_SETS = HINTED_SLOTS / 2 + 1,
	SET_HINTS = 4,
};

/* 5 bytes: a word of the checksum that is not whole. */
struct hinted_key {
	__u32 number;
	__u8 rest;
} __attribute__((packed));
