// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* A program that may not sleep, but can put off work that may. */
#include "otel.bpf.h"

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
struct bpf_wq {
	__u64 opaque[2];
};
#endif

struct element {
	struct bpf_wq work;
};

OTEL_COUNTER(counts, __u32, 2);
OTEL_MAP(works, BPF_MAP_TYPE_ARRAY, __u32, struct element, 1);

SEC("socket")
int touch(void *context)
{
	__u32 key = 0;

	(void)context;
	if (bpf_map_lookup_elem(&works, &key))
		otel_counter_add(counts, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
