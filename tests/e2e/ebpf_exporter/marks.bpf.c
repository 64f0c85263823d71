// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a program does once, when all are attached. */
#include "rows.bpf.h"

MAP(marks_total, BPF_MAP_TYPE_ARRAY, __u32, 1);

SEC("uprobe//proc/self/exe:post_attach_mark")
int post_attach(void *ctx)
{
	__u32 index = 0;

	add_to(&marks_total, &index, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
