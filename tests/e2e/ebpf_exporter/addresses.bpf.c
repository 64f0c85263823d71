// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The address of a kernel symbol, which the definition asks for. */
#include "rows.bpf.h"

const volatile __u64 kaddr_schedule = 0;
const volatile __u64 kaddr_otelbpf_none = 0; /* no kernel has it */
const volatile __u32 kaddr_too_small = 1;

MAP(addressed_total, BPF_MAP_TYPE_HASH, __u64, 4);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct observation seen;
	__u64 key = kaddr_schedule + kaddr_too_small - 1;

	if (observe(regs, number, &seen))
		add_to(&addressed_total, &key, seen.value);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
