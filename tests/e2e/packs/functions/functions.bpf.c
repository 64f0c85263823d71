// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The functions out of which processes call sched_rr_get_interval. A first argument that `observe`
 * gives says instead that the second is the address. */
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "../call.bpf.h"

#if defined(__TARGET_ARCH_x86)
struct pt_regs___of_call {
	unsigned long di, si, ip;
} __attribute__((preserve_access_index));
#define FIRST  di
#define SECOND si
#define PLACE  ip
#else
struct user_pt_regs {
	__u64 regs[31];
	__u64 pc;
} __attribute__((preserve_access_index));
#define pt_regs___of_call user_pt_regs
#define FIRST		  regs[0]
#define SECOND		  regs[1]
#define PLACE		  pc
#endif

struct place {
	__u64 at[2];
};

OTEL_COUNTER(functions, struct place, 256);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	const struct pt_regs___of_call *call = (const void *)regs;
	struct place place = {.at = {bpf_get_current_pid_tgid()}};
	__u32 first;

	if (number != NUMBER)
		return 0;
	first = BPF_CORE_READ(call, FIRST);
	place.at[1] = first == 0x80000001 ? BPF_CORE_READ(call, SECOND)
					  : BPF_CORE_READ(call, PLACE);
	otel_counter_add(functions, &place, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
