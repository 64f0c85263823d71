// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One event a run, by each of the ways that bench_kernel.c compares. KEYS: how many there are. */
#include "otel.bpf.h"

#include "bench_kernel.h"

struct key {
	__u64 a, b;
};

enum {
	HISTOGRAM_KEYS = KEYS < HISTOGRAM_KEYS_MAX ? KEYS : HISTOGRAM_KEYS_MAX,
	WIDE_BUCKETS = 705, /* of `exponential` */
	WIDE_PARTS = 26,    /* of each power of two */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KEYS);
	__type(key, struct key);
	__type(value, __u64);
} plain SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} plain_percpu SEC(".maps");

OTEL_COUNTER(slots, struct key, KEYS);
OTEL_PERCPU_COUNTER(shards, 8);
OTEL_SHARDED_COUNTER(spread, struct key, 1, 64);
OTEL_HISTOGRAM(powers, struct key, HISTOGRAM_KEYS, 27);
OTEL_EXPONENTIAL_HISTOGRAM(
	exponential, struct key, HISTOGRAM_KEYS, 5, 1000000000, 1000, 1000000000);

/* A histogram of powers of two in as much memory as the exponential one, and spread over it in the
 * same way: what the arithmetic of the exponential one costs is the difference to this. */
struct wide_value {
	__u64 sum, unused[3];
	__u64 buckets[WIDE_BUCKETS];
};
OTEL_SLOTS(wide, struct key, struct wide_value, HISTOGRAM_KEYS);

struct order order;

/* All keys, each once, in an order that no cache expects; the number of keys is a power of two. */
static __always_inline __u64 next(struct key *key)
{
	__u64 i = order.next++;

	key->a = i * 2654435761 & order.key_mask;
	key->b = ~key->a;
	return i;
}

/* Nanoseconds up to 1.07 s, most of them large: 30 bits that look random. */
static __always_inline __u64 value_of(__u64 i)
{
	return (i * 0x9e3779b97f4a7c15) >> 34;
}

SEC("socket")
int run_empty(void *context)
{
	struct key key;

	(void)context;
	order.sink = value_of(next(&key)) + key.b;
	return 0;
}

SEC("socket")
int run_plain(void *context)
{
	__u64 zero = 0, *counter;
	struct key key;

	(void)context;
	order.sink = value_of(next(&key)) + key.b;
	counter = otel_hash_entry(&plain, &key, &zero);
	if (counter)
		otel_add(counter, 1);
	return 0;
}

SEC("socket")
int run_slots(void *context)
{
	struct key key;

	(void)context;
	order.sink = value_of(next(&key)) + key.b;
	otel_counter_add(slots, &key, 1);
	return 0;
}

SEC("socket")
int run_plain_percpu(void *context)
{
	struct key key;
	__u32 index;
	__u64 *counter;

	(void)context;
	order.sink = value_of(next(&key)) + key.b;
	index = key.a & 7;
	counter = bpf_map_lookup_elem(&plain_percpu, &index);
	if (counter)
		otel_add(counter, 1);
	return 0;
}

SEC("socket")
int run_shards(void *context)
{
	struct key key;

	(void)context;
	order.sink = value_of(next(&key)) + key.b;
	otel_percpu_counter_add(shards, key.a & 7, 1);
	return 0;
}

SEC("socket")
int run_powers(void *context)
{
	struct key key;
	__u64 value;

	(void)context;
	value = value_of(next(&key));
	order.sink = value + key.b;
	otel_histogram_record(powers, &key, value, 10);
	return 0;
}

SEC("socket")
int run_exponential(void *context)
{
	struct key key;
	__u64 value;

	(void)context;
	value = value_of(next(&key));
	order.sink = value + key.b;
	otel_exponential_histogram_record(exponential, &key, value);
	return 0;
}

SEC("socket")
int run_wide(void *context)
{
	struct wide_slot *slot;
	struct key key;
	__u64 value, at;

	(void)context;
	value = value_of(next(&key));
	order.sink = value + key.b;
	slot = wide_find(&key);
	if (!slot)
		return 0;
	at = otel_log2_ceil(value);
	/* The five bits below the leading one choose the part. */
	at = at > 6 ? (at - 6) * WIDE_PARTS + ((value >> (at - 6) & 31) * WIDE_PARTS >> 5) : at;
	barrier_var(at);
	if (at >= WIDE_BUCKETS)
		at = WIDE_BUCKETS - 1;
	/* As otel_extent_add() does. */
	(void)*(volatile __u64 *)&slot->value.buckets[at];
	otel_add(&slot->value.sum, value);
	otel_add(&slot->value.buckets[at], 1);
	return 0;
}

/* The same key on every CPU. */
SEC("socket")
int same_empty(void *context)
{
	(void)context;
	return 0;
}

SEC("socket")
int same_slots(void *context)
{
	struct key key = {.b = ~0ULL};

	(void)context;
	otel_counter_add(slots, &key, 1);
	return 0;
}

SEC("socket")
int same_spread(void *context)
{
	struct key key = {.b = ~0ULL};

	(void)context;
	otel_sharded_counter_add(spread, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
