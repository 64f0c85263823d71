// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel.bpf.h"

#include "test_reuse.h"

OTEL_COUNTER(reused, __u32, 2);
struct held held SEC(".bss.held");

SEC("socket")
int hold(void *context)
{
	const volatile __u32 *known;
	volatile struct held *shared = &held;
	__u32 key = 0, number = 0;

	(void)context;
	known = bpf_map_lookup_elem(&reused_index, &key);
	if (!known)
		return 0;
	shared->holds = 1;
	for (int i = 0; i < 10000 && !shared->go; i++)
		bpf_ktime_get_ns();
	shared->in_slot = reused_slot_of(known, &key, &number) != 0;
	shared->number = number;
	return 0;
}

static __always_inline int count_reused(__u32 key)
{
	otel_counter_add(reused, &key, 1);
	return 0;
}

SEC("socket")
int count_0(void *context)
{
	(void)context;
	return count_reused(0);
}

SEC("socket")
int count_1(void *context)
{
	(void)context;
	return count_reused(1);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
