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

/* Behind `entries`: what else the enum tells. NAME_find gives the slot of a key, slot 0 if there is
 * none for it; NULL never, but the verifier does not know. */
#define OTEL_SLOTS(name, key_type, value_type, entries, ...)                                       \
	enum name##_otel{name##_otel_slots = 1, ##__VA_ARGS__};                                    \
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
	static __always_inline struct name##_slot *name##_find(const key_type *key)                \
	{                                                                                          \
		__u32 *known = bpf_map_lookup_elem(&name##_index, key), number = 0;                \
		struct name##_slot *slot;                                                          \
                                                                                                   \
		if (known)                                                                         \
			return bpf_map_lookup_elem(&name, known);                                  \
		if (!bpf_map_pop_elem(&name##_free, &number)) {                                    \
			slot = bpf_map_lookup_elem(&name, &number);                                \
			if (slot) {                                                                \
				__builtin_memcpy(&slot->key, key, sizeof(*key));                   \
				if (!bpf_map_update_elem(                                          \
					    &name##_index, key, &number, BPF_NOEXIST)) {           \
					slot->state = otel_checksum(&slot->key, sizeof(*key));     \
					return slot;                                               \
				}                                                                  \
				bpf_map_push_elem(&name##_free, &number, BPF_ANY);                 \
			}                                                                          \
		}                                                                                  \
		known = bpf_map_lookup_elem(&name##_index, key);                                   \
		number = 0;                                                                        \
		return bpf_map_lookup_elem(&name, known ? known : &number);                        \
	}                                                                                          \
	_Static_assert(_Alignof(key_type) <= 8, "keys stand at a multiple of 8")

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
