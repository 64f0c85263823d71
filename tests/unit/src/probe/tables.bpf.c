// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Tables as otel.bpf.h makes them, and one that only says so. */
#include "otel.bpf.h"

struct pair {
	__u16 a;
	__u8 b[3];
};

OTEL_COUNTER(counts, struct pair, 10);
OTEL_EXPONENTIAL_HISTOGRAM(times, __u64, 3, 2, 1000, 1, 100);
OTEL_PERCPU_COUNTER(shards, 5);

SEC("socket")
int touch(void *context)
{
	struct pair pair = {.a = 1};
	__u64 key = 2;

	(void)context;
	otel_counter_add(counts, &pair, 1);
	otel_exponential_histogram_record(times, &key, 3);
	otel_percpu_counter_add(shards, 4, 5);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
