/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What test_reuse.bpf.c and test_reuse.c share. */
#pragma once

#include <linux/types.h>

/* Of one run that looks up the key 0 and is held before it reads what it found. */
struct held {
	__u32 holds, go;       /* it waits; it may go on */
	__u32 number, in_slot; /* what it read; whether it took that for its slot */
};
