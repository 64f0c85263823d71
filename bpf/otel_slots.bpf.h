/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the values of a metric lie: in an array that user space has mapped and reads without any
 * system call. What otel.bpf.h makes its instruments of.
 *
 * Slots: NAME is an array of slots, NAME_index finds the slot of a key, NAME_free has the numbers
 * of free slots; slot 0 takes what finds no other. User space fills NAME_free with 1 to `entries`
 * before the first event. A new key takes a number, writes the key into its slot and then puts the
 * number into the index; of several CPUs that do so one succeeds, and the others give theirs back.
 * The state of a slot is 0 until its key counts, then a checksum of the key: user space can tell a
 * key that it sees half, whatever the order in which a processor lets it see writes. (A slot is
 * lost, and only that, if an interrupt cannot give it back because it interrupted NAME_free.)
 *
 * User space may take a key out of the index at any time. A program that found the number before
 * still adds to the slot, so that is zeroed and given back only when all programs that ran at that
 * time have ended: programs that sleep must not use slots whose keys are taken out. The entry in
 * the index may be another key's at once, before a program has read the number that it found: a
 * number counts only if the slot has the key.
 *
 * Shards: NAME is an array with a shard for each CPU. User space sets how many; a CPU without a
 * shard of its own uses the first one.
 *
 * The enum `layout` in the value tells user space, by BTF, what it reads; it is 0 in memory.
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

#define OTEL_MAPPED_ARRAY(map, value_type, entries)                                                \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, entries);                                                      \
		__type(key, __u32);                                                                \
		__type(value, value_type);                                                         \
	} map SEC(".maps")

typedef __u32 __attribute__((may_alias)) otel_word;

/* Of the bytes of a key in a slot, in words of 4; never 0. User space has the same in
 * src/read/table.c. */
static __always_inline __u32 otel_checksum(const void *key, __u32 size)
{
	const unsigned char *bytes = key;
	__u64 sum = 0xcbf29ce484222325;
	__u32 i;

#pragma unroll
	for (i = 0; i + 4 <= size; i += 4)
		sum = (sum ^ *(const otel_word *)(bytes + i)) * 0x100000001b3;
#pragma unroll
	for (; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	return (__u32)(sum >> 32) | 1;
}

typedef __u64 __attribute__((may_alias)) otel_word8;
typedef __u16 __attribute__((may_alias)) otel_word2;

#define OTEL_DIFFERENCE(type, a, b, i)                                                             \
	(*(const type *)((const char *)(a) + (i)) ^ *(const type *)((const char *)(b) + (i)))

/* `align` is that of the key's type, which divides its size. */
static __always_inline int otel_same(const void *a, const void *b, __u32 size, __u32 align)
{
	__u64 difference = 0;
	__u32 i;

#pragma unroll
	for (i = 0; i < size; i += align) {
		if (align == 8)
			difference |= OTEL_DIFFERENCE(otel_word8, a, b, i);
		else if (align == 4)
			difference |= OTEL_DIFFERENCE(otel_word, a, b, i);
		else if (align == 2)
			difference |= OTEL_DIFFERENCE(otel_word2, a, b, i);
		else
			difference |= OTEL_DIFFERENCE(unsigned char, a, b, i);
		/* One after the other: all loads first, and large keys leave no stack. */
		__asm__ volatile("" : "+r"(difference));
	}
	return !difference;
}

/* What slot 0 has in place of state and key. */
struct otel_rest {
	__u64 failed; /* of these: there was a free slot, but the index did not take the key */
	__u64 events; /* that found no slot */
};

/* Its result must stay unused: an addition that fetches needs kernel 5.12. */
static __always_inline void otel_add(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

/* Behind `entries`: what else the enum tells. NAME_find gives the slot of a key, slot 0 if there is
 * none for it; NULL never, but the verifier does not know. */
#define OTEL_SLOTS(name, key_type, value_type, entries, ...)                                       \
	enum name##_otel{name##_otel_slots = 2, ##__VA_ARGS__};                                    \
	struct name##_slot {                                                                       \
		__u32 state;                                                                       \
		enum name##_otel layout;                                                           \
		key_type key;                                                                      \
		value_type value __attribute__((aligned(8)));                                      \
	};                                                                                         \
	OTEL_MAPPED_ARRAY(name, struct name##_slot, (entries) + 1);                                \
	OTEL_MAP(name##_index, BPF_MAP_TYPE_HASH, key_type, __u32, entries);                       \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_QUEUE);                                                  \
		__uint(max_entries, entries);                                                      \
		__uint(value_size, sizeof(__u32));                                                 \
	} name##_free SEC(".maps");                                                                \
                                                                                                   \
	static __always_inline struct name##_slot *name##_slot_of(                                 \
		const volatile __u32 *known, const key_type *key, __u32 *number)                   \
	{                                                                                          \
		struct name##_slot *slot;                                                          \
                                                                                                   \
		*number = *known;                                                                  \
		slot = bpf_map_lookup_elem(&name, number);                                         \
		if (slot && otel_same(&slot->key, key, sizeof(key_type), _Alignof(key_type)))      \
			return slot;                                                               \
		return NULL;                                                                       \
	}                                                                                          \
                                                                                                   \
	static __always_inline struct name##_slot *name##_known(                                   \
		const key_type *key, __u32 *number)                                                \
	{                                                                                          \
		const volatile __u32 *known = bpf_map_lookup_elem(&name##_index, key);             \
                                                                                                   \
		return known ? name##_slot_of(known, key, number) : NULL;                          \
	}                                                                                          \
                                                                                                   \
	static __always_inline struct name##_slot *name##_rest(__u32 *number, __u32 failed)        \
	{                                                                                          \
		struct name##_slot *slot;                                                          \
		struct otel_rest *rest;                                                            \
                                                                                                   \
		*number = 0;                                                                       \
		slot = bpf_map_lookup_elem(&name, number);                                         \
		if (!slot)                                                                         \
			return NULL;                                                               \
		rest = (struct otel_rest *)slot;                                                   \
		otel_add(&rest->events, 1);                                                        \
		if (failed)                                                                        \
			otel_add(&rest->failed, 1);                                                \
		return slot;                                                                       \
	}                                                                                          \
                                                                                                   \
	static __always_inline struct name##_slot *name##_find_at(                                 \
		const key_type *key, __u32 *number)                                                \
	{                                                                                          \
		struct name##_slot *slot = name##_known(key, number);                              \
		__u32 fresh = 0;                                                                   \
                                                                                                   \
		if (slot)                                                                          \
			return slot;                                                               \
		if (!bpf_map_pop_elem(&name##_free, &fresh)) {                                     \
			slot = bpf_map_lookup_elem(&name, &fresh);                                 \
			if (slot) {                                                                \
				__builtin_memcpy(&slot->key, key, sizeof(*key));                   \
				if (!bpf_map_update_elem(                                          \
					    &name##_index, key, &fresh, BPF_NOEXIST)) {            \
					slot->state = otel_checksum(&slot->key, sizeof(*key));     \
					*number = fresh;                                           \
					return slot;                                               \
				}                                                                  \
				bpf_map_push_elem(&name##_free, &fresh, BPF_ANY);                  \
			}                                                                          \
		}                                                                                  \
		slot = name##_known(key, number);                                                  \
		return slot ? slot : name##_rest(number, fresh);                                   \
	}                                                                                          \
                                                                                                   \
	static __always_inline                                                                     \
		__attribute__((unused)) struct name##_slot *name##_find(const key_type *key)       \
	{                                                                                          \
		__u32 number = 0;                                                                  \
                                                                                                   \
		return name##_find_at(key, &number);                                               \
	}                                                                                          \
	_Static_assert(_Alignof(key_type) <= 8, "keys stand at a multiple of 8")

/*
 * The values of slots, spread: NAME_shards has `shards` times as many values as NAME has slots,
 * shard by shard, each of which begins at a multiple of 128 bytes. The value of a slot is the sum
 * of its own (for CPUs without a shard) and of those at its number in each shard. User space may
 * make the map smaller, by whole shards.
 */
#define OTEL_SPREAD_STRIDE(entries) (((entries) + 16) / 16 * 16)

#define OTEL_SPREAD_SLOTS(name, key_type, entries, shards)                                         \
	OTEL_SLOTS(name, key_type, __u64, entries, name##_otel_spread = (shards));                 \
	OTEL_MAPPED_ARRAY(name##_shards, __u64, (shards)*OTEL_SPREAD_STRIDE(entries));             \
                                                                                                   \
	static __always_inline __u64 *name##_find_value(const key_type *key)                       \
	{                                                                                          \
		__u32 number = 0, at = bpf_get_smp_processor_id();                                 \
		struct name##_slot *slot = name##_find_at(key, &number);                           \
		__u64 *value;                                                                      \
                                                                                                   \
		if (!slot)                                                                         \
			return NULL;                                                               \
		if (at >= (shards))                                                                \
			at %= (shards);                                                            \
		at = at * OTEL_SPREAD_STRIDE(entries) + number;                                    \
		value = bpf_map_lookup_elem(&name##_shards, &at);                                  \
		return value ? value : &slot->value;                                               \
	}                                                                                          \
	_Static_assert((shards) > 0, "a shard at least")

/* values[0] takes what has no place; value `i` of the metric is values[i + 1]. */
#define OTEL_SHARDS(name, n)                                                                       \
	enum name##_otel{name##_otel_shards = 1};                                                  \
	struct name##_shard {                                                                      \
		enum name##_otel layout;                                                           \
		__u64 values[(n) + 1];                                                             \
	} __attribute__((aligned(64)));                                                            \
	OTEL_MAPPED_ARRAY(name, struct name##_shard, 1);                                           \
                                                                                                   \
	static __always_inline struct name##_shard *name##_own_shard(void)                         \
	{                                                                                          \
		__u32 cpu = bpf_get_smp_processor_id(), first = 0;                                 \
		struct name##_shard *shard = bpf_map_lookup_elem(&name, &cpu);                     \
                                                                                                   \
		return shard ? shard : bpf_map_lookup_elem(&name, &first);                         \
	}                                                                                          \
	_Static_assert((n) > 0, "a counter needs a value")
