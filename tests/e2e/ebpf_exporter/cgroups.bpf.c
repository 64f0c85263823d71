// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Observations in cgroups whose paths match, and in others. */
#include "rows.bpf.h"

MAP(wanted_cgroups, BPF_MAP_TYPE_LRU_HASH, __u64, 4096);
MAP(cgroup_observed_total, BPF_MAP_TYPE_LRU_HASH, __u64, 1024);
MAP(cgroup_not_matched_total, BPF_MAP_TYPE_ARRAY, __u32, 1);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct observation seen;
	__u32 zero = 0;
	__u64 id;

	if (!observe(regs, number, &seen))
		return 0;
	id = bpf_get_current_cgroup_id();
	if (bpf_map_lookup_elem(&wanted_cgroups, &id))
		add_to(&cgroup_observed_total, &id, 1);
	else
		add_to(&cgroup_not_matched_total, &zero, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
