// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Events as samples, which are counted by those who read them. */
#include "rows.bpf.h"

struct sample {
	__u32 kind;
	char name[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} sampled_total SEC(".maps");

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct sample sample = {};
	struct observation seen;

	if (!observe(regs, number, &seen))
		return 0;
	sample.kind = seen.kind;
	bpf_get_current_comm(sample.name, sizeof(sample.name));
	/* A value of 1 makes a sample that is too short. */
	bpf_perf_event_output(ctx, &sampled_total, BPF_F_CURRENT_CPU, &sample,
		seen.value == 1 ? 4 : sizeof(sample));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
