// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* A program that may sleep, beside one that may not. */
#include "otel.bpf.h"

OTEL_COUNTER(counts, __u32, 2);

SEC("socket")
int touch(void *context)
{
	(void)context;
	return 0;
}

SEC("iter.s/task")
int touch_sleeping(void *context)
{
	__u32 key = 1;

	(void)context;
	otel_counter_add(counts, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
