// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* By address of the function that the timer will call; a kernel with all its drivers has a few
 * hundred of them. */
OTEL_COUNTER(raw_timer_starts, __u64, 1024);

/* The verifier knows no types behind a raw tracepoint: memory is read by a helper. */
SEC("raw_tp/timer_start")
int BPF_PROG(raw_timer_start, struct timer_list *timer)
{
	__u64 function = (__u64)BPF_CORE_READ(timer, function);

	otel_counter_add(raw_timer_starts, &function, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
