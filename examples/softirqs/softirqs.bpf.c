// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

/* NR_SOFTIRQS: 10 since 4.2. A further vector would be counted as overflow. */
OTEL_PERCPU_COUNTER(softirqs, 10);

SEC("tp_btf/softirq_entry")
int BPF_PROG(softirq_entry, unsigned int vector)
{
	otel_percpu_counter_add(softirqs, vector, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
