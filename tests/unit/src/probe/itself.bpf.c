// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* An object with a definition in it. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "otel_pack.bpf.h"

OTEL_PACK("text of a definition\n"
	  "in two lines\n");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

SEC("tp_btf/sys_enter")
int program(void *ctx)
{
	(void)ctx;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
