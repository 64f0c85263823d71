// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Says that it has slots, but nothing finds them. */
#include "otel_slots.bpf.h"

enum lonely_otel {
	lonely_otel_slots = 2
};

struct slot {
	__u32 state;
	enum lonely_otel layout;
	__u32 key;
	__u64 value;
};

OTEL_MAPPED_ARRAY(lonely, struct slot, 4);

SEC("socket")
int touch(void *context)
{
	__u32 zero = 0;

	(void)context;
	bpf_map_lookup_elem(&lonely, &zero);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
