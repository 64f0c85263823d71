// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel.bpf.h"

#include "test_retire.h"

OTEL_COUNTER(hot, struct wide, HOT_SLOTS);
OTEL_SHARDED_COUNTER(sharded, __u32, HOT_SLOTS, 16);
OTEL_COUNTER(crowded, __u32, CROWDED_SLOTS);
OTEL_EXPONENTIAL_HISTOGRAM(sizes, __u32, CROWDED_SLOTS, 2, 1, 4, 1024);

struct truth truth;

/* `keys` is a power of two. */
static __always_inline void give(__u64 *to, __u64 key, __u32 keys, __u64 n)
{
	/* The verifier must see this bound and the access below on one register. */
	barrier_var(key);
	key &= keys - 1;
	__sync_fetch_and_add(&to[key], n);
}

static __always_inline void linger(void)
{
	for (int i = 0; i < 300; i++)
		bpf_ktime_get_ns();
}

/* otel_counter_add() for who has time: keys leave and come back between its steps. */
static __always_inline void add_slowly(const struct wide *wide, __u64 n)
{
	const volatile __u32 *known = bpf_map_lookup_elem(&hot_index, wide);
	struct hot_slot *slot = NULL;
	__u32 number = 0;

	if (known) {
		linger();
		slot = hot_slot_of(known, wide, &number);
	}
	if (!slot)
		slot = hot_find(wide);
	linger();
	if (slot)
		otel_add(&slot->value, n);
}

static __always_inline void contend(void)
{
	__u64 now = bpf_ktime_get_ns();
	/* For two microseconds all CPUs have the same key: new to all of them, if it was taken
	 * away. */
	__u32 key = (now >> 11) % HOT_KEYS, any = now % CROWDED_KEYS, n = now % 7 + 1;
	struct wide wide = {.number = key, .again = ~key, .more = key * 3};

	if (now & 0xf0)
		otel_counter_add(hot, &wide, n);
	else
		add_slowly(&wide, n);
	otel_sharded_counter_add(sharded, &key, n);
	otel_counter_add(crowded, &any, n);
	otel_exponential_histogram_record(sizes, &any, any);
	give(truth.hot, key, HOT_KEYS, n);
	give(truth.sharded, key, HOT_KEYS, n);
	give(truth.crowded, any, CROWDED_KEYS, n);
	__sync_fetch_and_add(&truth.sum, any);
	__sync_fetch_and_add(&truth.events, 1);
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

SEC("raw_tp/sched_switch")
int contend_switch(void *context)
{
	(void)context;
	contend();
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
