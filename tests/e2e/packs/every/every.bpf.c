// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every instrument, fed all the time. */
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

OTEL_COUNTER(every_counter, __u32, 4);
OTEL_SHARDED_COUNTER(every_sharded, __u32, 4, 8);
OTEL_PERCPU_COUNTER(every_percpu, 4);
OTEL_UPDOWNCOUNTER(every_updown, __u32, 4);
OTEL_GAUGE(every_gauge, __u32, 4);
OTEL_HISTOGRAM(every_histogram, __u32, 4, 16);
OTEL_EXPONENTIAL_HISTOGRAM(every_exponential, __u32, 4, 5, 1000000000, 1, 18446744073709551615ULL);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 key = 1;

	(void)regs;
	otel_counter_add(every_counter, &key, 1);
	otel_sharded_counter_add(every_sharded, &key, 1);
	otel_percpu_counter_add(every_percpu, key, 1);
	otel_updowncounter_add(every_updown, &key, number & 1 ? 1 : -1);
	otel_gauge_set(every_gauge, &key, now);
	otel_histogram_record(every_histogram, &key, number, 0);
	otel_exponential_histogram_record(every_exponential, &key, now);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
