// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Tables as otel.bpf.h makes them, and one that only says so. */
#include "otel.bpf.h"

struct pair {
	__u16 a;
	__u8 b[3];
};

struct either {
	union {
		__u32 a;
		__u16 b;
	};
};

OTEL_COUNTER(counts, struct pair, 10);
OTEL_GAUGE(eithers, struct either, 1);
OTEL_EXPONENTIAL_HISTOGRAM(times, __u64, 3, 2, 1000, 1, 100);
OTEL_PERCPU_COUNTER(shards, 5);
OTEL_SHARDED_COUNTER(spread, __u32, 20, 256);

SEC("socket")
int touch(void *context)
{
	struct pair pair = {.a = 1};
	struct either either = {.a = 1};
	__u64 key = 2;
	__u32 small = 3;

	(void)context;
	otel_counter_add(counts, &pair, 1);
	otel_gauge_set(eithers, &either, 1);
	otel_exponential_histogram_record(times, &key, 3);
	otel_percpu_counter_add(shards, 4, 5);
	otel_sharded_counter_add(spread, &small, 5);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
