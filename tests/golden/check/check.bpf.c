// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Maps and constants for definitions that are wrong about them. Never loaded. */
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

struct request_key {
	__u32 device;
	__u32 operation;
	char command[16];
};

struct padded {
	__u16 port;
	__u32 device;
};

struct totals {
	__u64 count;
	__u64 bytes;
	char name[16];
	__u32 parts[4];
};

struct latency {
	__u64 sum;
	__u64 buckets[27];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct request_key);
	__type(value, __u64);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct padded);
	__type(value, __u64);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct totals);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct latency);
} latency SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(key_size, 8);
	__uint(value_size, 8);
} untyped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} followed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} followed_overflow SEC(".maps");

OTEL_EXPONENTIAL_HISTOGRAM(durations, __u32, 16, 3, 1000000000, 1000, 1000000000);

const volatile __u32 least = 1;
const volatile __s8 shift = 0;
const volatile bool verbose = false;
const volatile char command[8] = "";

SEC("raw_tp/sched_switch")
int count(void *context)
{
	__u32 key = least + (__u32)shift + verbose + (__u32)command[0];
	struct latency *value = bpf_map_lookup_elem(&latency, &key);

	if (value)
		__sync_fetch_and_add(&value->sum, 1);
	otel_exponential_histogram_record(durations, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
