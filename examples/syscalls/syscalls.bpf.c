// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* x86-64 and arm64 share the numbers from 424 on and have reached 470; each release adds a few. */
#define SYSCALLS 512

#define ENOSYS	  38
#define MAX_ERRNO 4095

/*
 * Internal to the kernel (include/linux/errno.h): the call is repeated, or ends with EINTR if a
 * signal handler has to run first. It is decided after this hook, so neither is counted.
 */
#define ERESTARTSYS	      512
#define ERESTARTNOINTR	      513
#define ERESTARTNOHAND	      514
#define ERESTART_RESTARTBLOCK 516

struct syscall_error {
	__u32 syscall;
	__u32 error;
};
_Static_assert(sizeof(struct syscall_error) == 8, "padding");

/* By number. Overflow: calls whose number is not one of this architecture's table. */
OTEL_PERCPU_COUNTER(syscalls, SYSCALLS);
OTEL_COUNTER(syscall_errors, struct syscall_error, 1024);

#define NOT_IN_TABLE 0xffffffffu

#if defined(__TARGET_ARCH_x86)
/* For 32-bit programs, and 64-bit ones that use `int 0x80`, numbers mean other calls. */
static __always_inline bool is_compat(struct pt_regs *regs)
{
	const __u32 ts_compat = 2;
	struct task_struct *task;

	/* From 5.11: commit 3ca1032ab7ab */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) {
		task = (struct task_struct *)bpf_get_current_task_btf();
		return task->thread_info.status & ts_compat;
	}
	task = (struct task_struct *)bpf_get_current_task();
	return BPF_CORE_READ(task, thread_info.status) & ts_compat;
}

static __always_inline __u32 raw_number(struct pt_regs *regs)
{
	return ((struct pt_regs___on_x86 *)regs)->orig_ax;
}
#elif defined(__TARGET_ARCH_arm64)
static __always_inline bool is_compat(struct pt_regs *regs)
{
	const __u64 psr_mode32_bit = 0x10;

	return ((struct pt_regs___on_arm64 *)regs)->pstate & psr_mode32_bit;
}

static __always_inline __u32 raw_number(struct pt_regs *regs)
{
	return ((struct pt_regs___on_arm64 *)regs)->syscallno;
}
#else
#error "Where does this architecture keep the system call's number?"
#endif

static __always_inline __u32 table_number(struct pt_regs *regs, __u32 number)
{
	/* x32 calls have bit 30 set, so they are not below SYSCALLS either. */
	return number < SYSCALLS && !is_compat(regs) ? number : NOT_IN_TABLE;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	otel_percpu_counter_add(syscalls, table_number(regs, number), 1);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long result)
{
	struct syscall_error key;

	if (result >= 0 || result < -MAX_ERRNO)
		return 0;
	if (result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
		result == -ERESTART_RESTARTBLOCK)
		return 0;

	key.syscall = table_number(regs, raw_number(regs));
	key.error = -result;
	if (key.syscall != NOT_IN_TABLE)
		otel_counter_add(syscall_errors, &key, 1);
	/* rt_sigreturn leaves the number -1 and the interrupted call's result, counted before. */
	else if (raw_number(regs) != 0xffffffffu || result == -ENOSYS)
		otel_counter_add_overflow(syscall_errors, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
