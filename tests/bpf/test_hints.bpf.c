// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

#include "test_hints.h"

OTEL_COUNTER(hinted, struct hinted_key, HINTED_SLOTS);
__u32 next_key;

SEC("socket")
int count(void *context)
{
	struct hinted_key key = {.number = next_key};

	(void)context;
	otel_counter_add(hinted, &key, 1);
	return 0;
}

/* What only has to load: a key that the verifier takes for a pointer, and does not reckon with. */
OTEL_COUNTER(pointers, __u64, 1);

SEC("tp_btf/sched_switch")
int BPF_PROG(count_pointer, bool preempt, struct task_struct *previous)
{
	__u64 key = (__u64)previous;

	otel_counter_add(pointers, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
