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
 * Hints: NAME_hints remembers, by the checksum of a key, the number that the index gave. It takes
 * one line of cache and no call where the index takes two of each. Whatever a hint says, it counts
 * only if the slot has the key, its state, and no mark.
 *
 * User space may take a key out of the index at any time, and marks its slot before. A program that
 * found the number before still adds to the slot, so that is zeroed and given back only when all
 * programs that ran at that time have ended: programs that sleep must not use slots whose keys are
 * taken out. State and mark are one word of 8 bytes: while the slot is zeroed nobody sees the state
 * without the mark. The entry in the index may be another key's at once, before a program has read
 * the number that it found: such a number, too, counts only if the slot has the key.
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

typedef __u64 __attribute__((may_alias)) otel_word8;
typedef __u32 __attribute__((may_alias)) otel_word4;
typedef __u16 __attribute__((may_alias)) otel_word2;

/* The 8 bytes of a key from `at` on, fewer at its end, as on a little-endian machine. `align` is
 * that of the key's type, which divides its size: the verifier refuses other loads from the stack.
 */
static __always_inline __u64 otel_key_word(const void *key, __u32 at, __u32 size, __u32 align)
{
	const unsigned char *bytes = (const unsigned char *)key + at;
	__u64 word = 0;
	__u32 i;

	if (align == 8) {
		word = *(const otel_word8 *)bytes;
		/* Nothing happens; but to the verifier what was a pointer is a number now. */
		__asm__ volatile("%0 = le64 %0" : "+r"(word));
		return word;
	}
#pragma unroll
	for (i = 0; i < 8; i += align) {
		if (at + i >= size)
			break;
		if (align == 4)
			word |= (__u64) * (const otel_word4 *)(bytes + i) << 8 * i;
		else if (align == 2)
			word |= (__u64) * (const otel_word2 *)(bytes + i) << 8 * i;
		else
			word |= (__u64)bytes[i] << 8 * i;
	}
	return word;
}

/* Never 0. User space has the same in src/read/table.c. */
static __always_inline __u32 otel_checksum(const void *key, __u32 size, __u32 align)
{
	__u64 sum = 0xcbf29ce484222325;
	__u32 i;

#pragma unroll
	for (i = 0; i < size; i += 8)
		sum = (sum ^ otel_key_word(key, i, size, align)) * 0x9e3779b97f4a7c15;
	return (__u32)(sum >> 32) | 1;
}

static __always_inline int otel_same(const void *a, const void *b, __u32 size, __u32 align)
{
	__u64 difference = 0;
	__u32 i;

#pragma unroll
	for (i = 0; i < size; i += 8) {
		difference |= otel_key_word(a, i, size, align) ^ otel_key_word(b, i, size, align);
		/* One after the other: all loads first, and large keys leave no stack. */
		__asm__ volatile("" : "+r"(difference));
	}
	return !difference;
}

/* A number and, below it, the checksum of its key; 0: none. */
enum {
	OTEL_HINTS = 4
};
struct otel_hints {
	__u64 hints[OTEL_HINTS];
};

/* Room for twice as many as there are entries: few keys find no place in their set. */
#define OTEL_HINT_SETS(entries) ((entries) / 2 + 1)

static __always_inline __u32 otel_hint_number(const struct otel_hints *set, __u32 checksum)
{
	__u32 number = 0, i;

#pragma unroll
	for (i = 0; i < OTEL_HINTS; i++) {
		__u64 hint = *(const volatile __u64 *)&set->hints[i];

		if ((__u32)hint == checksum)
			number = hint >> 32;
	}
	return number;
}

/* Where a new hint may stand: in place of one that looked the same, of none, or of any. */
static __always_inline __u32 otel_hint_place(const struct otel_hints *set, __u32 checksum)
{
	__u32 place = checksum / 2 % OTEL_HINTS, i;

#pragma unroll
	for (i = 0; i < OTEL_HINTS; i++) {
		if (!set->hints[i])
			place = i;
	}
#pragma unroll
	for (i = 0; i < OTEL_HINTS; i++) {
		if ((__u32)set->hints[i] == checksum)
			place = i;
	}
	barrier_var(place);
	return place % OTEL_HINTS;
}

/* Whether the state of a slot is this one, and it has no mark: in one load. */
static __always_inline int otel_is_in_use(const void *slot, __u32 checksum)
{
	return *(const volatile otel_word8 *)slot == checksum;
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
	enum name##_otel{name##_otel_slots = 3, ##__VA_ARGS__};                                    \
	struct name##_slot {                                                                       \
		__u32 state;                                                                       \
		enum name##_otel layout; /* in memory: the mark */                                 \
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
	OTEL_MAPPED_ARRAY(name##_hints, struct otel_hints, OTEL_HINT_SETS(entries));               \
                                                                                                   \
	static __always_inline struct otel_hints *name##_hint_set(__u32 checksum)                  \
	{                                                                                          \
		__u32 at = (__u64)checksum * OTEL_HINT_SETS(entries) >> 32;                        \
                                                                                                   \
		return bpf_map_lookup_elem(&name##_hints, &at);                                    \
	}                                                                                          \
                                                                                                   \
	static __always_inline struct name##_slot *name##_hinted(                                  \
		const struct otel_hints *set, const key_type *key, __u32 checksum, __u32 *number)  \
	{                                                                                          \
		struct name##_slot *slot;                                                          \
                                                                                                   \
		*number = otel_hint_number(set, checksum);                                         \
		if (!*number)                                                                      \
			return NULL;                                                               \
		slot = bpf_map_lookup_elem(&name, number);                                         \
		if (slot && otel_is_in_use(slot, checksum) &&                                      \
			otel_same(&slot->key, key, sizeof(key_type), _Alignof(key_type)))          \
			return slot;                                                               \
		return NULL;                                                                       \
	}                                                                                          \
                                                                                                   \
	/* A hint that is good stays: two keys would take the place from each other. */            \
	static __always_inline void name##_remember(                                               \
		struct otel_hints *set, __u32 checksum, __u32 number)                              \
	{                                                                                          \
		__u64 *place = &set->hints[otel_hint_place(set, checksum)], hint = *place;         \
		__u32 other = hint >> 32;                                                          \
		struct name##_slot *slot;                                                          \
                                                                                                   \
		if (hint && (__u32)hint != checksum) {                                             \
			slot = bpf_map_lookup_elem(&name, &other);                                 \
			if (slot && otel_is_in_use(slot, hint))                                    \
				return;                                                            \
		}                                                                                  \
		*(volatile __u64 *)place = (__u64)number << 32 | checksum;                         \
	}                                                                                          \
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
		__u32 fresh = 0,                                                                   \
		      checksum = otel_checksum(key, sizeof(key_type), _Alignof(key_type));         \
		struct otel_hints *set = name##_hint_set(checksum);                                \
		struct name##_slot *slot = set ? name##_hinted(set, key, checksum, number) : NULL; \
                                                                                                   \
		if (slot)                                                                          \
			return slot;                                                               \
		slot = name##_known(key, number);                                                  \
		if (slot) {                                                                        \
			if (set)                                                                   \
				name##_remember(set, checksum, *number);                           \
			return slot;                                                               \
		}                                                                                  \
		if (!bpf_map_pop_elem(&name##_free, &fresh)) {                                     \
			slot = bpf_map_lookup_elem(&name, &fresh);                                 \
			if (slot) {                                                                \
				__builtin_memcpy(&slot->key, key, sizeof(*key));                   \
				if (!bpf_map_update_elem(                                          \
					    &name##_index, key, &fresh, BPF_NOEXIST)) {            \
					slot->state = checksum;                                    \
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
	_Static_assert((entries) > 0 && (entries) < 0xffffffff, "entries: 1 to 2^32 - 2");         \
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
	static __always_inline __attribute__((unused))                                             \
	__u64 *name##_find_value(const key_type *key)                                              \
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
	static __always_inline __attribute__((unused)) struct name##_shard *name##_own_shard(void) \
	{                                                                                          \
		__u32 cpu = bpf_get_smp_processor_id(), first = 0;                                 \
		struct name##_shard *shard = bpf_map_lookup_elem(&name, &cpu);                     \
                                                                                                   \
		return shard ? shard : bpf_map_lookup_elem(&name, &first);                         \
	}                                                                                          \
	_Static_assert((n) > 0, "a counter needs a value")
