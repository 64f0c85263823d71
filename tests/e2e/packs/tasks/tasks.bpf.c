// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of tasks as keys, in a map that is soon full: what comes from outside at its worst. */
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

#include "../call.bpf.h"

struct task_name {
	char comm[16];
};

OTEL_COUNTER(tasks, struct task_name, 4);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct task_name name = {};

	if (number != NUMBER)
		return 0;
	bpf_get_current_comm(name.comm, sizeof(name.comm));
	otel_counter_add(tasks, &name, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
