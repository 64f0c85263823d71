// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Each run does what it waits for: the kernel leaves out the run that this would be. */
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

#include "../call.bpf.h"

OTEL_PERCPU_COUNTER(missed, 1);

SEC("tp_btf/sys_enter")
int BPF_PROG(begin, struct pt_regs *regs, long number)
{
	if (number == NUMBER)
		bpf_printk("once");
	return 0;
}

SEC("tp_btf/bpf_trace_printk")
int BPF_PROG(again, const char *text)
{
	otel_percpu_counter_add(missed, 0, 1);
	bpf_printk("again");
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
