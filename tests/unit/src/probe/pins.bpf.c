// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* One event, by several kinds of hooks; and a table. */
#include "otel.bpf.h"

/* Which process's calls of getppid. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} wanted SEC(".maps");

OTEL_COUNTER(counts, __u32, 8);
OTEL_PERCPU_COUNTER(shards, 1);

const volatile __u32 step = 1;

static __always_inline int count(__u32 hook)
{
	__u32 zero = 0, *pid = bpf_map_lookup_elem(&wanted, &zero);

	if (!pid || *pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	otel_counter_add(counts, &hook, step);
	otel_percpu_counter_add(shards, 0, step);
	return 0;
}

SEC("tracepoint/raw_syscalls/sys_enter")
int by_tracepoint(struct {
	__u64 common;
	long number;
} * context)
{
#if defined(__TARGET_ARCH_x86)
	return context->number == 110 ? count(1) : 0;
#else
	return context->number == 173 ? count(1) : 0;
#endif
}

SEC("?tp_btf/sys_enter")
int by_tp_btf(__u64 *context)
{
#if defined(__TARGET_ARCH_x86)
	return context[1] == 110 ? count(2) : 0;
#else
	return context[1] == 173 ? count(2) : 0;
#endif
}

SEC("?raw_tp/sys_enter")
int by_raw_tp(struct bpf_raw_tracepoint_args *context)
{
#if defined(__TARGET_ARCH_x86)
	return context->args[1] == 110 ? count(3) : 0;
#else
	return context->args[1] == 173 ? count(3) : 0;
#endif
}

/* Half a second apart at least on every CPU: it is there, that is all. */
SEC("perf_event/type=1,config=0,frequency=1")
int by_clock(void *context)
{
	(void)context;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
