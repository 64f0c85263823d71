// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel.bpf.h"

/* By id of the cgroup. Hosts that systemd runs have some hundred, Kubernetes nodes some thousand.
 */
OTEL_COUNTER(libc_malloc_calls, __u64, 4096);

SEC("uprobe/libc.so.6:malloc")
int malloc_called(void *ctx)
{
	__u64 cgroup = bpf_get_current_cgroup_id();

	(void)ctx;
	otel_counter_add(libc_malloc_calls, &cgroup, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
