// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Maps that one program, another one, both or none refer to. */
#include "otel.bpf.h"

#define MAP(name)                                                                                  \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_HASH);                                                   \
		__uint(max_entries, 16);                                                           \
		__type(key, __u32);                                                                \
		__type(value, __u64);                                                              \
	} name SEC(".maps")

MAP(of_first);
MAP(of_second);
MAP(of_both);
MAP(of_none);
MAP(of_function);
MAP(inner);
OTEL_COUNTER(slots_of_first, __u32, 4);
OTEL_COUNTER(slots_of_second, __u32, 4);

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, typeof(inner));
} outer SEC(".maps") = {.values = {[0] = &inner}};

/* A function of its own: it may be called from anywhere. */
__attribute__((noinline)) int look_up(__u32 key)
{
	return bpf_map_lookup_elem(&of_function, &key) != NULL;
}

SEC("?tp_btf/sys_enter")
int first(void *context)
{
	__u32 key = 1;

	(void)context;
	otel_counter_add(slots_of_first, &key, 1);
	bpf_map_lookup_elem(&inner, &key);
	return bpf_map_lookup_elem(&of_first, &key) || bpf_map_lookup_elem(&of_both, &key);
}

SEC("?tp_btf/sys_enter")
int second(void *context)
{
	__u32 key = 1;

	(void)context;
	otel_counter_add(slots_of_second, &key, 1);
	bpf_map_lookup_elem(&outer, &key);
	return bpf_map_lookup_elem(&of_second, &key) || bpf_map_lookup_elem(&of_both, &key) ||
	       look_up(key);
}

SEC("?tp_btf/otelbpf_no_such_event")
int missing(void *context)
{
	__u32 key = 1;

	(void)context;
	return bpf_map_lookup_elem(&of_second, &key) != NULL;
}

char LICENSE[] SEC("license") = "GPL";
