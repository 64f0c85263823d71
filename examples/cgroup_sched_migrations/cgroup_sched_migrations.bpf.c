// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

/* By id of the cgroup; as many as a metric has series by default. */
OTEL_COUNTER(cgroup_sched_migrations, __u64, 2000);

/* That of the task which is moved, not of the one that happens to run: bpf_get_current_cgroup_id()
 * would tell who woke it. */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(sched_migrate_task, struct task_struct *task)
{
	__u64 id = task->cgroups->dfl_cgrp->kn->id;

	otel_counter_add(cgroup_sched_migrations, &id, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
