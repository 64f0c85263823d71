/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What test_keys.bpf.c and test_keys.c share: keys of many sizes and all alignments. */
#pragma once

#include <linux/types.h>

/* KEY(name, type of its parts, how many) */
#define KEYS(KEY)                                                                                  \
	KEY(bytes_1, __u8, 1)                                                                      \
	KEY(bytes_2, __u8, 2)                                                                      \
	KEY(bytes_3, __u8, 3)                                                                      \
	KEY(bytes_7, __u8, 7)                                                                      \
	KEY(bytes_13, __u8, 13)                                                                    \
	KEY(bytes_64, __u8, 64)                                                                    \
	KEY(bytes_200, __u8, 200)                                                                  \
	KEY(halves_1, __u16, 1)                                                                    \
	KEY(halves_3, __u16, 3)                                                                    \
	KEY(halves_100, __u16, 100)                                                                \
	KEY(words_1, __u32, 1)                                                                     \
	KEY(words_3, __u32, 3)                                                                     \
	KEY(words_16, __u32, 16)                                                                   \
	KEY(words_50, __u32, 50)                                                                   \
	KEY(longs_1, __u64, 1)                                                                     \
	KEY(longs_2, __u64, 2)                                                                     \
	KEY(longs_25, __u64, 25)
