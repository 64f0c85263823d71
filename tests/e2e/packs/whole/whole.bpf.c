// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every instrument, each with all that there is to say of it in one place. */
#include "kernel.bpf.h"
#include "otel.bpf.h"
#include "otel_pack.bpf.h"

#include <bpf/bpf_tracing.h>

#include "../call.bpf.h"

struct call {
	__u32 number, kind;
};

OTEL_PACK_HEAD("1.0.0", "System calls of one number: all of them.");

OTEL_METRIC(COUNTER, (whole_calls, struct call, 16), "whole.calls", "{syscall}", "Calls: one each.",
	"attributes: [{ name: syscall.number, field: number },"
	" { name: syscall.kind, field: kind, decode: { static_map: { 7: one } } }]");
OTEL_METRIC(SHARDED_COUNTER, (whole_sharded, __u32, 4, 64), "whole.sharded", "{syscall}", "Calls.",
	"attributes: [{ name: key }], idle_timeout: 10m");
OTEL_METRIC(PERCPU_COUNTER, (whole_percpu, 2), "whole.percpu", "{syscall}", "Calls.");
OTEL_METRIC(UPDOWNCOUNTER, (whole_level, __u32, 4), "whole.level", "{syscall}", "Less calls.",
	"attributes: [{ name: key }]");
OTEL_METRIC(GAUGE, (whole_gauge, __u32, 4), "whole.gauge", "s", "Half a second.",
	"measured_in: ms, attributes: [{ name: key }]");
OTEL_METRIC(HISTOGRAM, (whole_sizes, __u32, 4, 8), "whole.sizes", "By", "100 bytes for each call.",
	"buckets: { exp2: { first: 3 } }, attributes: [{ name: key }]");
OTEL_METRIC(EXPONENTIAL_HISTOGRAM, (whole_times, __u32, 4, 5, 1000, 1, 100000), "whole.times", "s",
	"3 s for each call.", "measured_in: ms, attributes: [{ name: key }]");

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct call call = {.number = 148, .kind = 7};
	__u32 key = 1;

	(void)regs;
	if (number != NUMBER)
		return 0;
	otel_counter_add(whole_calls, &call, 1);
	otel_sharded_counter_add(whole_sharded, &key, 1);
	otel_percpu_counter_add(whole_percpu, 0, 1);
	otel_updowncounter_add(whole_level, &key, -1);
	otel_gauge_set(whole_gauge, &key, 500);
	otel_histogram_record(whole_sizes, &key, 100, 3);
	otel_exponential_histogram_record(whole_times, &key, 3000);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
