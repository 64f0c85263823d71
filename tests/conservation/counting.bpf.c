// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One event of the script at each run, and what that means for each key. */
#include "otel.bpf.h"

#include <stdbool.h>
#include <stddef.h>

#include "counting.h"

#define SCALE	2
#define LOWEST	3
#define HIGHEST 8

struct key {
	__u32 n;
};

OTEL_COUNTER(counts, struct key, SLOTS);
OTEL_SHARDED_COUNTER(spread, struct key, SLOTS, 4);
OTEL_HISTOGRAM(sizes, struct key, SLOTS, 4);
/* Values outside are counted in buckets of their own, at another scale. */
OTEL_EXPONENTIAL_HISTOGRAM(scales, struct key, SLOTS, SCALE, 1, LOWEST, HIGHEST);
OTEL_COUNTER(limited, struct key, SLOTS);

/* Their order is the same in each run of the test. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, PLAIN_ENTRIES);
	__type(key, struct key);
	__type(value, __u64);
} plain SEC(".maps");
OTEL_MAP(plain_overflow, BPF_MAP_TYPE_ARRAY, __u32, __u64, 1);
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__uint(max_entries, PERCPU_ENTRIES);
	__type(key, struct key);
	__type(value, __u64);
} percpu SEC(".maps");

OTEL_MAPPED_ARRAY(script, struct script, 1);
OTEL_MAPPED_ARRAY(truth, struct truth, 1);

static __always_inline void counts_add(const struct key *key, __u64 n)
{
	otel_counter_add(counts, key, n);
}

static __always_inline void counts_add_at(struct counts_slot *slot, __u32 number, __u64 n)
{
	(void)number;
	otel_add(&slot->value, n);
}

static __always_inline void limited_add(const struct key *key, __u64 n)
{
	otel_counter_add(limited, key, n);
}

static __always_inline void limited_add_at(struct limited_slot *slot, __u32 number, __u64 n)
{
	(void)number;
	otel_add(&slot->value, n);
}

static __always_inline void spread_add(const struct key *key, __u64 n)
{
	otel_sharded_counter_add(spread, key, n);
}

static __always_inline void spread_add_at(struct spread_slot *slot, __u32 number, __u64 n)
{
	__u32 at = bpf_get_smp_processor_id() % 4 * OTEL_SPREAD_STRIDE(SLOTS) + number;
	__u64 *value = bpf_map_lookup_elem(&spread_shards, &at);

	otel_add(value ? value : &slot->value, n);
}

static __always_inline void sizes_add(const struct key *key, __u64 n)
{
	otel_histogram_record(sizes, key, n, 0);
}

static __always_inline void sizes_add_at(struct sizes_slot *slot, __u32 number, __u64 n)
{
	(void)number;
	otel_bucket_add(&slot->value.sum, slot->value.buckets, 4, n, 0);
}

static __always_inline void scales_add(const struct key *key, __u64 n)
{
	otel_exponential_histogram_record(scales, key, n);
}

static __always_inline void scales_add_at(struct scales_slot *slot, __u32 number, __u64 n)
{
	const __u64 first = OTEL_OCTAVE(LOWEST, 1), octaves = OTEL_OCTAVE(HIGHEST, 1) - first + 1;
	__u64 bucket = otel_bucket(n, &otel_bounds_1, SCALE, first, octaves);

	(void)number;
	barrier_var(bucket);
	if (bucket < sizeof(slot->value.buckets) / sizeof(__u64))
		otel_extent_add(&slot->value.extent, &slot->value.buckets[bucket], n);
}

/* `first`: bucket 0 of a histogram is for up to 2^first; below 0: it is a counter. */
static __always_inline void give(struct given *given, int first, __u32 n)
{
	__u64 bucket;

	if (first < 0) {
		given->buckets[0] += n;
		return;
	}
	bucket = (n > 1U << first) + (n > 2U << first) + (n > 4U << first);
	/* The verifier must see this bound and the access below on one register. */
	barrier_var(bucket);
	bucket &= 3;
	given->buckets[bucket]++;
	given->sum += n;
}

static __always_inline void tell(
	struct truth *to, __u32 map, __u64 key, bool has_place, int first, __u32 n)
{
	barrier_var(key);
	key &= PROGRAM_KEYS - 1;
	to->rest_events += !has_place;
	give(has_place ? &to->keys[map][key] : &to->rest[map], first, n);
}

static __always_inline __u64 rest_events(void *map)
{
	__u32 zero = 0;
	const volatile struct otel_rest *rest = bpf_map_lookup_elem(map, &zero);

	return rest ? rest->events : 0;
}

#define SLOT_EVENT(name, map, first)                                                               \
	/* The key has slot `number` now. */                                                       \
	static __always_inline void name##_see(                                                    \
		struct truth *to, const struct key *key, __u32 number)                             \
	{                                                                                          \
		__u64 at = key->n;                                                                 \
		struct name##_slot *slot;                                                          \
		__u32 before;                                                                      \
                                                                                                   \
		barrier_var(at);                                                                   \
		at &= PROGRAM_KEYS - 1;                                                            \
		before = to->seen[map][at];                                                        \
		to->seen[map][at] = number;                                                        \
		if (!before || before == number)                                                   \
			return;                                                                    \
		to->moved++;                                                                       \
		slot = bpf_map_lookup_elem(&name, &before);                                        \
		if (slot && slot->state && slot->key.n == key->n)                                  \
			to->returned++;                                                            \
	}                                                                                          \
                                                                                                   \
	static __always_inline void name##_finish(struct held *held, struct truth *to, __u32 n)    \
	{                                                                                          \
		struct key key = {.n = held->key};                                                 \
		__u32 number = held->number, found = 0;                                            \
		struct name##_slot *slot = bpf_map_lookup_elem(&name, &number);                    \
                                                                                                   \
		held->number = 0;                                                                  \
		if (!number || !slot)                                                              \
			return;                                                                    \
		to->late += !name##_known(&key, &found) || found != number;                        \
		name##_add_at(slot, number, n);                                                    \
		tell(to, map, key.n, true, first, n);                                              \
	}                                                                                          \
                                                                                                   \
	static __always_inline void name##_event(                                                  \
		struct script *from, struct truth *to, const struct event *event)                  \
	{                                                                                          \
		struct key key = {.n = event->key};                                                \
		__u64 before = rest_events(&name);                                                 \
		__u32 number = 0;                                                                  \
                                                                                                   \
		if (event->kind == FINISH) {                                                       \
			name##_finish(&from->held[map], to, event->n);                             \
		} else if (event->kind == HOLD) {                                                  \
			if (name##_known(&key, &number))                                           \
				from->held[map] = (struct held){number, key.n};                    \
		} else {                                                                           \
			name##_add(&key, event->n);                                                \
			tell(to, map, key.n, rest_events(&name) == before, first, event->n);       \
			if (name##_known(&key, &number))                                           \
				name##_see(to, &key, number);                                      \
		}                                                                                  \
	}

SLOT_EVENT(counts, COUNTS, -1)
SLOT_EVENT(spread, SPREAD, -1)
SLOT_EVENT(sizes, SIZES, 0)
SLOT_EVENT(scales, SCALES, 1)
SLOT_EVENT(limited, LIMITED, -1)

static __always_inline void plain_event(struct truth *to, const struct event *event)
{
	struct key key = {.n = event->key};
	__u32 first = 0;
	__u64 zero = 0, *entry = otel_hash_entry(&plain, &key, &zero), *value = entry;

	if (!value)
		value = bpf_map_lookup_elem(&plain_overflow, &first);
	if (!value)
		return;
	otel_add(value, event->n);
	tell(to, PLAIN, key.n, entry != NULL, -1, event->n);
}

static __always_inline void percpu_event(struct truth *to, const struct event *event)
{
	struct key key = {.n = event->key};
	__u64 zero = 0, *value = otel_hash_entry(&percpu, &key, &zero);

	if (!value)
		return;
	otel_add(value, event->n);
	tell(to, PERCPU, key.n, true, -1, event->n);
}

SEC("socket")
int count(void *context)
{
	__u32 zero = 0;
	struct script *from = bpf_map_lookup_elem(&script, &zero);
	struct truth *to = bpf_map_lookup_elem(&truth, &zero);
	struct event event;
	__u64 at;

	(void)context;
	if (!from || !to)
		return 0;
	at = from->next++;
	barrier_var(at);
	event = from->events[at & (SCRIPT_EVENTS - 1)];
	switch (event.map) {
	case COUNTS:
		counts_event(from, to, &event);
		break;
	case SPREAD:
		spread_event(from, to, &event);
		break;
	case SIZES:
		sizes_event(from, to, &event);
		break;
	case SCALES:
		scales_event(from, to, &event);
		break;
	case LIMITED:
		limited_event(from, to, &event);
		break;
	case PLAIN:
		plain_event(to, &event);
		break;
	case PERCPU:
		percpu_event(to, &event);
		break;
	default:
		break;
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
