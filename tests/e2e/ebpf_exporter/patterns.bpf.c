// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of tasks, which the definition sorts by regular expressions. */
#include "rows.bpf.h"

struct name_key {
	char name[16];
};

MAP(patterns_total, BPF_MAP_TYPE_HASH, struct name_key, 64);
MAP(mapped_total, BPF_MAP_TYPE_HASH, struct name_key, 64);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct observation seen;
	struct name_key key = {};

	if (!observe(regs, number, &seen))
		return 0;
	bpf_get_current_comm(key.name, sizeof(key.name));
	add_to(&patterns_total, &key, 1);
	add_to(&mapped_total, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
