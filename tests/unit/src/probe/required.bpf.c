// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* A program that is required and has no hook in any kernel, beside one that has. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tp_btf/sys_enter")
int there(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("tp_btf/otelbpf_no_such_event")
int not_there(void *ctx)
{
	(void)ctx;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
