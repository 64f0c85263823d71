// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Keys and values with every kind of field, and constants of every type, of which the keys are
 * made. */
#include "../../ebpf_exporter/rows.bpf.h"

enum color {
	RED = 1,
	GREEN = 2,
	BLUE = -3,
};

enum shade {
	DARK = 1,
	LIGHT = 2,
};

const volatile __u8 byte = 0;
const volatile __s8 signed_byte = 0;
const volatile __u16 port = 0;
const volatile __s16 depth = 0;
const volatile __u32 low = 0;
const volatile __s32 middle = 0;
const volatile __u64 large = 0;
const volatile __s64 negative = 0;
const volatile bool yes = false;
const volatile enum color color = RED;
const volatile char name[8] = "";

struct key {
	__u32 low : 3;
	__s32 middle : 10;
	__u32 high : 13;
	enum shade shade : 2;
	enum color tint : 3;
	bool yes : 1;
	__u32 kind;
	struct {
		__s16 depth;
		struct {
			__u8 byte;
			__s8 signed_byte;
		};
	} nested;
	enum color color;
	char name[8];
	__u8 mac[6];
	__u16 port;
	union {
		__u32 v4;
		__u8 v6[16];
	} address;
	__u64 large;
	__s64 negative;
	__u16 list[4];
};

struct value {
	__u64 calls;
	__s32 sum;
	__u32 odd : 7;
	__u32 unused : 25;
};

/* More CPUs than one may count the same key. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, struct key);
	__type(value, struct value);
} fields SEC(".maps");

static __always_inline void fill(struct key *key, __u32 kind)
{
	key->low = low;
	key->middle = middle;
	key->high = 0x1ffe;
	key->shade = LIGHT;
	key->tint = BLUE;
	key->yes = yes;
	key->kind = kind;
	key->nested.depth = depth;
	key->nested.byte = byte;
	key->nested.signed_byte = signed_byte;
	key->color = kind == 3 ? 4711 : color;
	for (int i = 0; i < 8; i++)
		key->name[i] = name[i];
	for (int i = 0; i < 6; i++)
		key->mac[i] = 0xa0 + i;
	key->port = port;
	key->address.v4 = 0x0100007f;
	key->large = large;
	key->negative = negative;
	for (int i = 0; i < 4; i++)
		key->list[i] = 256 + i;
	/* A label that is longer than what there is. */
	if (kind == 4)
		key->name[0] = 60;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct value zero = {}, *value;
	struct observation seen;
	struct key key = {};

	if (!observe(regs, number, &seen))
		return 0;
	fill(&key, seen.kind);
	bpf_map_update_elem(&fields, &key, &zero, BPF_NOEXIST);
	value = bpf_map_lookup_elem(&fields, &key);
	if (!value)
		return 0;
	value->calls++;
	value->sum -= seen.value;
	value->odd += seen.value & 1;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
