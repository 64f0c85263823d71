// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* Tasks that wait for a CPU at once: those that are blocked do not. */
#define TASKS_WAITING 8192

/* In nanoseconds. The clock's own steps are about 30; a task that the scheduler starves waits
 * seconds. */
#define LOWEST	64
#define HIGHEST 30000000000

/* By id of the cgroup. */
OTEL_EXPONENTIAL_HISTOGRAM(runqueue_latency, __u64, 512, 4, 1000000000, LOWEST, HIGHEST);
/* Waits that were not measured, because more than TASKS_WAITING did. */
OTEL_PERCPU_COUNTER(runqueue_untracked, 1);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TASKS_WAITING);
	__type(key, __u32);   /* pid */
	__type(value, __u64); /* since when, in nanoseconds */
} runqueue_start SEC(".maps");

static __always_inline __u32 pid_of(struct task_struct *task)
{
	return ((struct task_struct___scheduled *)task)->pid;
}

static __always_inline void begin(__u32 pid)
{
	__u64 now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&runqueue_start, &pid, &now, BPF_ANY))
		otel_percpu_counter_add(runqueue_untracked, 0, 1);
}

/* Also of a task that was about to sleep, and runs. It is not waiting: sched_switch sees to that.
 */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *task)
{
	begin(pid_of(task));
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *task)
{
	begin(pid_of(task));
	return 0;
}

static __always_inline bool wants_to_run(struct task_struct *task)
{
	struct task_struct___before_5_14 *older = (void *)task;
	struct task_struct___scheduled *newer = (void *)task;

	if (bpf_core_field_exists(older->state))
		return older->state == TASK_RUNNING;
	return newer->__state == TASK_RUNNING;
}

static __always_inline void leave(bool preempted, struct task_struct *task)
{
	__u32 pid = pid_of(task);

	if (!pid) /* the idle task of this CPU */
		return;
	if (preempted || wants_to_run(task))
		begin(pid);
	else if (bpf_map_lookup_elem(&runqueue_start, &pid))
		/* It was woken before it slept, and sleeps now. */
		bpf_map_delete_elem(&runqueue_start, &pid);
}

static __always_inline void enter(struct task_struct *task)
{
	__u32 pid = pid_of(task);
	__u64 *start, cgroup, now;

	start = bpf_map_lookup_elem(&runqueue_start, &pid);
	if (!start)
		return;
	now = bpf_ktime_get_ns();
	cgroup = task->cgroups->dfl_cgrp->kn->id;
	otel_exponential_histogram_record(
		runqueue_latency, &cgroup, now > *start ? now - *start : 0);
	bpf_map_delete_elem(&runqueue_start, &pid);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempted, struct task_struct *previous, struct task_struct *next)
{
	leave(preempted, previous);
	enter(next);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
