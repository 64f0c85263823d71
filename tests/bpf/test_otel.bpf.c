// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel.bpf.h"

#include "test_otel.h"

/* One value goes to all of these. */
OTEL_HISTOGRAM(from_1, __u32, 1, 66);
OTEL_HISTOGRAM(from_1024, __u32, 1, 27);
OTEL_HISTOGRAM(from_2_63, __u32, 1, 3);
OTEL_HISTOGRAM(one_bucket, __u32, 1, 1);
OTEL_EXPONENTIAL_HISTOGRAM(seconds, __u32, 1, 5, 1000000000, 1000, 1000000000);

/* Too small for what the test counts. */
OTEL_COUNTER(small, struct pair, 4);
OTEL_HISTOGRAM(small_histogram, struct pair, 4, 8);
OTEL_COUNTER(named, struct name, 4);
OTEL_PERCPU_COUNTER(shards, 4);
OTEL_UPDOWNCOUNTER(level, __u32, 1);
OTEL_GAUGE(present, __u32, 1);

/* Filled by all CPUs, and by interrupts, at once. */
OTEL_COUNTER(contended, __u32, CONTENDED_ENTRIES);
OTEL_HISTOGRAM(contended_histogram, __u32, CONTENDED_ENTRIES, 8);
OTEL_EXPONENTIAL_HISTOGRAM(contended_exponential, __u32, CONTENDED_ENTRIES, 2, 1, 4, 1024);
OTEL_PERCPU_COUNTER(contended_shards, 4);

struct truth truth;

SEC("raw_tp/record")
int record(__u64 *context)
{
	__u64 value = context[0];
	__u32 key = 7;

	otel_histogram_record(from_1, &key, value, 0);
	otel_histogram_record(from_1024, &key, value, 10);
	otel_histogram_record(from_2_63, &key, value, 63);
	otel_histogram_record(one_bucket, &key, value, 10);
	otel_exponential_histogram_record(seconds, &key, value);
	return 0;
}

SEC("raw_tp/count")
int count(__u64 *context)
{
	struct pair key = {.a = context[0], .b = ~context[0]};
	struct name name = {{'a' + context[0] % 26, 'b', 0, 0, 0, 0, 'z'}};
	__u32 only = 3;
	__u64 n = context[1];

	otel_counter_add(small, &key, n);
	otel_histogram_record(small_histogram, &key, n, 2);
	otel_counter_add(named, &name, n);
	otel_percpu_counter_add(shards, context[0], n);
	otel_updowncounter_add(level, &only, -n);
	otel_gauge_set(present, &only, -n);
	return 0;
}

static __always_inline void contend(void)
{
	/* A new key every microsecond, so that several CPUs try to insert it. */
	__u32 key = (bpf_ktime_get_ns() >> 10) % CONTENDED_KEYS;

	otel_counter_add(contended, &key, 3);
	otel_histogram_record(contended_histogram, &key, key, 2);
	otel_exponential_histogram_record(contended_exponential, &key, key);
	otel_percpu_counter_add(contended_shards, key & 7, 3);
	__sync_fetch_and_add(&truth.events, 1);
	__sync_fetch_and_add(&truth.sum, key);
}

SEC("socket")
int contend_socket(void *context)
{
	(void)context;
	contend();
	return 0;
}

SEC("perf_event")
int contend_interrupt(void *context)
{
	(void)context;
	contend();
	__sync_fetch_and_add(&truth.interrupts, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
