// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same events in every way in which events are counted, for a program that is stopped and
 * started all the time. */
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

#include "../call.bpf.h"

struct task_name {
	char comm[16];
};

OTEL_PERCPU_COUNTER(lives_counted, 1);
OTEL_HISTOGRAM(lives_bounds, struct task_name, 2, 8);
OTEL_EXPONENTIAL_HISTOGRAM(lives_scaled, struct task_name, 2, 3, 1000, 1, 4096);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct task_name name = {};

	if (number != NUMBER)
		return 0;
	bpf_get_current_comm(name.comm, sizeof(name.comm));
	/* Of the tests' own tasks. */
	if (name.comm[0] != 'o' || name.comm[1] != 'n' || name.comm[2] != 'e' || name.comm[3])
		return 0;
	otel_percpu_counter_add(lives_counted, 0, 1);
	otel_histogram_record(lives_bounds, &name, 5, 1);
	otel_exponential_histogram_record(lives_scaled, &name, 3000);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
