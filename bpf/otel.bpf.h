/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * OpenTelemetry instruments for BPF programs: declare one with OTEL_COUNTER, OTEL_PERCPU_COUNTER or
 * OTEL_HISTOGRAM (each makes the map NAME and its companion NAME_overflow), feed it with the
 * function of the same name.
 *
 * What is added is added exactly once: to the entry of its key, or to NAME_overflow when the map
 * has no place for the key, so totals are right whatever the map's size. All additions are atomic,
 * also in per-CPU maps, where an interrupt between load and store would lose one otherwise. No
 * entry is ever deleted. (What the kernel itself leaves out is a run of a program that interrupts a
 * run of the same program on the same CPU: commit 05b24ff9b2cf. It counts them as
 * `recursion_misses`.)
 *
 * Nothing here needs more than kernel 5.10 and -mcpu=v1.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define OTEL_MAP(map, map_type, key_type, value_type, entries)                                     \
	struct {                                                                                   \
		__uint(type, map_type);                                                            \
		__uint(max_entries, entries);                                                      \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} map SEC(".maps")

/* A count per key. Keys must have no padding: its bytes would be part of the key. */
#define OTEL_COUNTER(name, key_type, entries)                                                      \
	OTEL_MAP(name, BPF_MAP_TYPE_HASH, key_type, __u64, entries);                               \
	OTEL_MAP(name##_overflow, BPF_MAP_TYPE_ARRAY, __u32, __u64, 1)

#define otel_counter_add(name, counter_key, n)                                                     \
	({                                                                                         \
		const typeof(*(name).key) *otel_key = (counter_key);                               \
		otel_hash_add(&(name), &name##_overflow, otel_key, (n));                           \
	})

/* A count that belongs to none of the keys. */
#define otel_counter_add_overflow(name, n) otel_array_add(&name##_overflow, 0, (n))

/* A count per index, without a place in memory that CPUs share. */
#define OTEL_PERCPU_COUNTER(name, slots)                                                           \
	OTEL_MAP(name, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u64, slots);                            \
	OTEL_MAP(name##_overflow, BPF_MAP_TYPE_ARRAY, __u32, __u64, 1)

#define otel_percpu_counter_add(name, index, n)                                                    \
	({                                                                                         \
		__u64 otel_n = (n);                                                                \
		if (otel_array_add(&(name), (index), otel_n) < 0)                                  \
			otel_array_add(&name##_overflow, 0, otel_n);                               \
	})

/*
 * A histogram per key with `n` buckets whose upper bounds are powers of two, see
 * otel_histogram_record. NAME_zero is what a new entry starts from: too large for the 512 bytes of
 * a BPF stack.
 */
#define OTEL_HISTOGRAM(name, key_type, entries, n)                                                 \
	struct name##_value {                                                                      \
		__u64 count;                                                                       \
		__u64 sum;                                                                         \
		__u64 buckets[n];                                                                  \
	};                                                                                         \
	static const struct name##_value name##_zero __attribute__((unused));                      \
	OTEL_MAP(name, BPF_MAP_TYPE_HASH, key_type, struct name##_value, entries);                 \
	OTEL_MAP(name##_overflow, BPF_MAP_TYPE_ARRAY, __u32, struct name##_value, 1)

/*
 * Bucket 0 takes values up to 2^first, bucket i those in (2^(first+i-1), 2^(first+i)], the last one
 * all above. `first` must agree with `buckets: { exp2: { first: N } }` in the pack's definition.
 */
#define otel_histogram_record(name, histogram_key, value, first)                                   \
	({                                                                                         \
		const typeof(*(name).key) *otel_key = (histogram_key);                             \
		struct name##_value *otel_entry = otel_hash_entry(                                 \
			&(name), otel_key, &name##_zero);                                          \
		__u32 otel_overflow_index = 0;                                                     \
		if (!otel_entry)                                                                   \
			otel_entry = bpf_map_lookup_elem(&name##_overflow, &otel_overflow_index);  \
		if (otel_entry)                                                                    \
			otel_bucket_add(&otel_entry->count, &otel_entry->sum, otel_entry->buckets, \
				sizeof(otel_entry->buckets) / sizeof(__u64), (value), (first));    \
	})

/* From here on: what the macros above are made of. */

/* Its result must stay unused: an addition that fetches needs kernel 5.12. */
static __always_inline void otel_add(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

static __always_inline int otel_array_add(void *map, __u32 index, __u64 n)
{
	__u64 *counter = bpf_map_lookup_elem(map, &index);

	if (!counter)
		return -1;
	otel_add(counter, n);
	return 0;
}

/*
 * The entry of `key`, made if need be; NULL if there is no place for it. Of several CPUs that make
 * the same entry one succeeds, and all find its entry: a failed update is no error. An interrupt
 * during an update of the same hash bucket cannot insert (-EBUSY) and gets NULL as well.
 */
static __always_inline void *otel_hash_entry(void *map, const void *key, const void *zero)
{
	void *entry = bpf_map_lookup_elem(map, key);

	if (entry)
		return entry;
	bpf_map_update_elem(map, key, zero, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, key);
}

static __always_inline void otel_hash_add(void *map, void *overflow, const void *key, __u64 n)
{
	__u64 zero = 0;
	__u64 *counter = otel_hash_entry(map, key, &zero);

	if (counter)
		otel_add(counter, n);
	else
		otel_array_add(overflow, 0, n);
}

/* The smallest p with value <= 2^p: 0 to 64. clang 14 crashes on __builtin_clzll for BPF. */
static __always_inline __u32 otel_log2_ceil(__u64 value)
{
	__u32 power = 1, step;

	if (value <= 1)
		return 0;
	value--; /* so that a power of two lands in the bucket that it bounds */
	step = (value > 0xffffffff) << 5;
	value >>= step;
	power += step;
	step = (value > 0xffff) << 4;
	value >>= step;
	power += step;
	step = (value > 0xff) << 3;
	value >>= step;
	power += step;
	step = (value > 0xf) << 2;
	value >>= step;
	power += step;
	step = (value > 0x3) << 1;
	value >>= step;
	power += step;
	return power + (value > 1);
}

static __always_inline void otel_bucket_add(
	__u64 *count, __u64 *sum, __u64 *buckets, __u32 bucket_count, __u64 value, __u32 first)
{
	__u32 power = otel_log2_ceil(value);
	__u32 index = power > first ? power - first : 0;

	/* The verifier must see this check and the access below on one register. */
	barrier_var(index);
	if (index >= bucket_count)
		index = bucket_count - 1;
	otel_add(&buckets[index], 1);
	otel_add(sum, value);
	otel_add(count, 1);
}
