// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every kind of map and key that files of ebpf_exporter describe, with values that a test chooses.
 */
#include "rows.bpf.h"

struct call_key {
	__u32 kind;
	__u8 odd;
	__u8 unused[3];
};

struct latency_key {
	__u32 kind;
	__u32 bucket;
};

struct bucket_key {
	__u64 bucket;
};

struct name_key {
	char name[16];
};

MAP(observed_calls_total, BPF_MAP_TYPE_HASH, struct call_key, 64);
MAP(observed_names_total, BPF_MAP_TYPE_LRU_HASH, struct name_key, 64);
MAP(observed_total, BPF_MAP_TYPE_ARRAY, __u32, 1);
MAP(observed_level, BPF_MAP_TYPE_ARRAY, __u32, 1);
MAP(observed_cpus_total, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, 4);
MAP(observed_summed_total, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, 4);
MAP(observed_latency_seconds, BPF_MAP_TYPE_HASH, struct latency_key, 256);
MAP(observed_zero, BPF_MAP_TYPE_PERCPU_HASH, struct bucket_key, 64);
MAP(observed_steps, BPF_MAP_TYPE_HASH, struct bucket_key, 64);
MAP(observed_fixed, BPF_MAP_TYPE_ARRAY, __u32, 16);

static __always_inline void count(const struct observation *seen)
{
	struct call_key call = {.kind = seen->kind, .odd = seen->value & 1};
	struct name_key name = {};
	__u32 index = 0, kind = seen->kind;

	add_to(&observed_calls_total, &call, 1);
	bpf_get_current_comm(name.name, sizeof(name.name));
	add_to(&observed_names_total, &name, 1);
	add_to(&observed_total, &index, 1);
	/* It falls as well. */
	add_to(&observed_level, &index, seen->kind == 1 ? 1 : -1ull);
	add_to(&observed_cpus_total, &kind, 1);
	add_to(&observed_summed_total, &kind, seen->value);
}

static __always_inline void measure(const struct observation *seen)
{
	struct latency_key latency = {.kind = seen->kind};
	__u32 fixed = seen->value <= 1 ? 1 : seen->value <= 5 ? 5 : 10, fixed_sum = 11;
	struct bucket_key bucket;

	OBSERVE(observed_latency_seconds, latency, power_of(seen->value), 10, seen->value);
	OBSERVE(observed_zero, bucket, seen->value ? power_of(seen->value) + 1 : 0, 17,
		seen->value);
	OBSERVE(observed_steps, bucket, seen->value / 50, 4, seen->value / 50);
	add_to(&observed_fixed, &fixed, 1);
	add_to(&observed_fixed, &fixed_sum, seen->value);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct observation seen;

	if (!observe(regs, number, &seen))
		return 0;
	count(&seen);
	measure(&seen);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
