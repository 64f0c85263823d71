// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A pack that is one file: its definition is in the object. */
#include "kernel.bpf.h"
#include "otel.bpf.h"
#include "otel_pack.bpf.h"

#include <bpf/bpf_tracing.h>

#include "../call.bpf.h"

OTEL_PACK("version: 1.0.0\n"
	  "description: System calls of one number.\n"
	  "metrics:\n"
	  "  - name: itself\n"
	  "    instrument: counter\n"
	  "    unit: \"{syscall}\"\n"
	  "    description: Calls of sched_rr_get_interval.\n"
	  "    map: itself\n"
	  "    attributes:\n"
	  "      - { name: kind, decode: { static_map: { 0: all } } }\n");

OTEL_COUNTER(itself, __u32, 4);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	__u32 key = 0;

	if (number == NUMBER)
		otel_counter_add(itself, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
