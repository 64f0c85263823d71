// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The same with storage of cgroups, from Linux 6.2 on. */
#include "rows.bpf.h"

#define CGRP_STORAGE 32 /* BPF_MAP_TYPE_CGRP_STORAGE, which older headers do not have */

struct {
	__uint(type, CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} wanted_cgroups SEC(".maps");

MAP(storage_observed_total, BPF_MAP_TYPE_ARRAY, __u32, 1);
MAP(storage_not_matched_total, BPF_MAP_TYPE_ARRAY, __u32, 1);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct observation seen;
	__u32 zero = 0;

	if (!observe(regs, number, &seen))
		return 0;
	if (bpf_cgrp_storage_get(&wanted_cgroups, task->cgroups->dfl_cgrp, 0, 0))
		add_to(&storage_observed_total, &zero, 1);
	else
		add_to(&storage_not_matched_total, &zero, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
