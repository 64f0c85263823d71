/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * OpenTelemetry instruments for BPF programs. Declare one (it makes the map NAME and what belongs
 * to it), feed it with the function of the same name; docs/bpf-api.md has a complete example.
 *
 * What is added is added exactly once: to the series of its key, or to the metric's overflow series
 * when there is no place for the key, so totals are right whatever the number of keys. All
 * additions are atomic, also where each CPU has its own memory: an interrupt between load and store
 * would lose one otherwise. (What the kernel itself leaves out is a run of a program that
 * interrupts a run of the same program on the same CPU, or preempts it where programs can be
 * preempted: commit 05b24ff9b2cf. It counts them as `recursion_misses`.)
 *
 * Keys must have no padding: its bytes would be part of the key. Nothing here needs more than
 * kernel 5.10 and -mcpu=v1.
 */
#pragma once

#include "otel_exponential.bpf.h"
#include "otel_slots.bpf.h"

/* A count per key. */
#define OTEL_COUNTER(name, key_type, entries) OTEL_SLOTS(name, key_type, __u64, entries)

#define otel_counter_add(name, counter_key, n)                                                     \
	({                                                                                         \
		struct name##_slot *otel_slot = name##_find(counter_key);                          \
		if (otel_slot)                                                                     \
			otel_add(&otel_slot->value, (n));                                          \
	})

/* A count that belongs to none of the keys. */
#define otel_counter_add_overflow(name, n)                                                         \
	({                                                                                         \
		__u32 otel_zero = 0;                                                               \
		struct name##_slot *otel_slot = bpf_map_lookup_elem(&(name), &otel_zero);          \
		if (otel_slot)                                                                     \
			otel_add(&otel_slot->value, (n));                                          \
	})

/*
 * A count per key that several CPUs add to all the time: each of up to `shards` CPUs has values of
 * its own, 8 bytes for each entry, which user space adds up. There are never more shards than CPUs;
 * 128 suit most machines.
 */
#define OTEL_SHARDED_COUNTER(name, key_type, entries, shards)                                      \
	OTEL_SPREAD_SLOTS(name, key_type, entries, shards)

#define otel_sharded_counter_add(name, counter_key, n)                                             \
	({                                                                                         \
		__u64 *otel_value = name##_find_value(counter_key);                                \
		if (otel_value)                                                                    \
			otel_add(otel_value, (n));                                                 \
	})

/* A count per index, 0 to n - 1, without a place in memory that CPUs share. */
#define OTEL_PERCPU_COUNTER(name, n) OTEL_SHARDS(name, n)

#define otel_percpu_counter_add(name, index, n)                                                    \
	({                                                                                         \
		struct name##_shard *otel_shard = name##_own_shard();                              \
		if (otel_shard)                                                                    \
			otel_shard_add(otel_shard->values,                                         \
				sizeof(otel_shard->values) / sizeof(__u64), (index), (n));         \
	})

/* A sum per key that may fall: `n` may be below 0. */
#define OTEL_UPDOWNCOUNTER(name, key_type, entries) OTEL_SLOTS(name, key_type, __s64, entries)

#define otel_updowncounter_add(name, sum_key, n)                                                   \
	({                                                                                         \
		struct name##_slot *otel_slot = name##_find(sum_key);                              \
		if (otel_slot)                                                                     \
			otel_add((__u64 *)&otel_slot->value, (n));                                 \
	})

/* The present value per key. Of keys without a place the last one to be set remains. */
#define OTEL_GAUGE(name, key_type, entries) OTEL_SLOTS(name, key_type, __s64, entries)

#define otel_gauge_set(name, gauge_key, new_value)                                                 \
	({                                                                                         \
		struct name##_slot *otel_slot = name##_find(gauge_key);                            \
		if (otel_slot)                                                                     \
			*(volatile __s64 *)&otel_slot->value = (new_value);                        \
	})

/* A histogram per key with `n` buckets whose upper bounds are powers of two. */
#define OTEL_HISTOGRAM(name, key_type, entries, n)                                                 \
	struct name##_value {                                                                      \
		__u64 sum;                                                                         \
		__u64 buckets[n];                                                                  \
	};                                                                                         \
	OTEL_SLOTS(name, key_type, struct name##_value, entries)

/*
 * Bucket 0 takes values up to 2^first, bucket i those in (2^(first+i-1), 2^(first+i)], the last one
 * all above. `first` must agree with `buckets: { exp2: { first: N } }` in the pack's definition.
 */
#define otel_histogram_record(name, histogram_key, value_, first)                                  \
	({                                                                                         \
		struct name##_slot *otel_slot = name##_find(histogram_key);                        \
		if (otel_slot)                                                                     \
			otel_bucket_add(&otel_slot->value.sum, otel_slot->value.buckets,           \
				sizeof(otel_slot->value.buckets) / sizeof(__u64), (value_),        \
				(first));                                                          \
	})

/*
 * An exponential histogram per key. Values are integers, `divisor` of which are one in the exported
 * unit (1, 1000, 1000000 or 1000000000: nanoseconds to seconds); buckets are OpenTelemetry's in the
 * exported unit. `scale` is 0 to 6: a bucket ends 2^(2^-scale) times as high as it begins, 2.2 % at
 * scale 5. A slot has memory for values from `lowest` to `highest` at that scale. What is outside
 * is counted as well, but at scale 0, and brings the whole series down to it.
 */
#define OTEL_EXPONENTIAL_HISTOGRAM(name, key_type, entries, scale, divisor, lowest, highest)       \
	_Static_assert((divisor) == 1 || (divisor) == 1000 || (divisor) == 1000000 ||              \
			       (divisor) == 1000000000,                                            \
		"divisor 1, 1000, 1000000 or 1000000000, as a literal");                           \
	_Static_assert((lowest) > 0, "lowest is 1 or more: zeros have a place of their own");      \
	OTEL_EXPONENTIAL_SLOTS(name, key_type, entries, scale, divisor,                            \
		OTEL_OCTAVE(lowest, divisor),                                                      \
		OTEL_OCTAVE(highest, divisor) - OTEL_OCTAVE(lowest, divisor) + 1)

#define otel_exponential_histogram_record(name, histogram_key, value_)                             \
	name##_record((histogram_key), (value_))

/* From here on: what the macros above are made of. */

static __always_inline void otel_shard_add(__u64 *values, __u64 count, __u32 index, __u64 n)
{
	__u64 at = (__u64)index + 1;

	/* The verifier must see this check and the access below on one register. */
	barrier_var(at);
	if (at >= count)
		at = 0;
	otel_add(&values[at], n);
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
	__u64 *sum, __u64 *buckets, __u32 bucket_count, __u64 value, __u32 first)
{
	__u32 power = otel_log2_ceil(value);
	__u32 index = power > first ? power - first : 0;

	/* The verifier must see this check and the access below on one register. */
	barrier_var(index);
	if (index >= bucket_count)
		index = bucket_count - 1;
	otel_add(sum, value);
	otel_add(&buckets[index], 1);
}

#define OTEL_EXPONENTIAL_SLOTS(name, key_type, entries, scale_, divisor_, first_, octaves)         \
	struct name##_value {                                                                      \
		struct otel_extent extent;                                                         \
		__u64 buckets[OTEL_BUCKETS(scale_, octaves)];                                      \
	};                                                                                         \
	OTEL_SLOTS(name, key_type, struct name##_value, entries, name##_otel_scale = (scale_),     \
		name##_otel_divisor = (divisor_), name##_otel_first = (first_));                   \
	_Static_assert((scale_) >= 0 && (scale_) <= OTEL_MAX_SCALE, "scale 0 to 6");               \
	_Static_assert((octaves) > 0, "lowest is above highest");                                  \
                                                                                                   \
	static __always_inline                                                                     \
		__attribute__((unused)) void name##_record(const key_type *key, __u64 value)       \
	{                                                                                          \
		struct name##_slot *slot = name##_find(key);                                       \
		__u64 bucket, *counter;                                                            \
                                                                                                   \
		if (!slot)                                                                         \
			return;                                                                    \
		counter = &slot->value.extent.zero_count;                                          \
		if (value) {                                                                       \
			bucket = otel_bucket(                                                      \
				value, &otel_bounds_##divisor_, scale_, first_, octaves);          \
			barrier_var(bucket);                                                       \
			if (bucket >= OTEL_BUCKETS(scale_, octaves))                               \
				return;                                                            \
			counter = &slot->value.buckets[bucket];                                    \
		}                                                                                  \
		otel_extent_add(&slot->value.extent, counter, value);                              \
	}                                                                                          \
	_Static_assert(sizeof(struct name##_value) % 8 == 0, "no padding")

struct otel_extent {
	__u64 sum;
	__u64 zero_count;
	__u64 max;
	__u64 inverse_min; /* ~min: all memory being zero stands for nothing counted */
};

static __always_inline int otel_widen(struct otel_extent *extent, __u64 value)
{
	volatile __u64 *max = &extent->max, *inverse_min = &extent->inverse_min;
	int widened = 0;

	if (*max < value) {
		*max = value;
		widened = 1;
	}
	if (*inverse_min < ~value) {
		*inverse_min = ~value;
		widened = 1;
	}
	return widened;
}

/*
 * Without compare-and-exchange, which needs kernel 5.12, two CPUs that meet in otel_widen() may
 * lose one of two new extremes. So who set one sets it once more after the event was counted, and
 * user space moves what is still wrong into the outermost bucket that has something.
 */
static __always_inline void otel_extent_add(struct otel_extent *extent, __u64 *counter, __u64 value)
{
	int widened;

	/* An atomic addition waits for all that was read before, and nothing is read ahead of it:
	 * so both lines are asked for before the first one. */
	(void)*(volatile __u64 *)counter;
	widened = otel_widen(extent, value);
	otel_add(&extent->sum, value);
	otel_add(counter, 1);
	if (widened)
		otel_widen(extent, value);
}
