// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

/* By address of the function that the timer will call; a kernel with all its drivers has a few
 * hundred of them. */
OTEL_COUNTER(timer_starts, __u64, 1024);

SEC("tp_btf/timer_start")
int BPF_PROG(timer_start, struct timer_list *timer)
{
	__u64 function = (__u64)timer->function;

	otel_counter_add(timer_starts, &function, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
