// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Keys and values with every kind of field, and no padding. Never loaded. */
#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define MAP(map, map_type, key_type, value_type)                                                   \
	struct {                                                                                   \
		__uint(type, map_type);                                                            \
		__uint(max_entries, 10);                                                           \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} map SEC(".maps")

enum color {
	RED = 1,
	BLUE = 7,
};

struct inner {
	__s16 small;
	char text[2];
};

struct key {
	__u8 byte;
	bool yes;
	__u16 port;
	__s32 number;
	enum color color;
	struct inner inner, two[2];
	char comm[16];
	__u8 mac[6];
	__u16 grid[1][1];
	union {
		__u32 v4;
		__u8 v6[16];
	} address;
	union {
		__u64 a;
		__s32 b;
	};
	__u64 stack[3];
	void *pointer;
};

struct bits {
	__u32 low : 3;
	__s32 middle : 10;
	__u32 high : 16;
	enum color color : 2;
	bool yes : 1;
	__u32 whole;
	__u64 most : 63, least : 1;
};

struct numbers {
	__u64 count;
	__s32 below;
	__u8 part : 5, other : 3;
	bool yes;
	__u16 rest;
};

MAP(keys, BPF_MAP_TYPE_HASH, struct key, __u64);
MAP(bits, BPF_MAP_TYPE_PERCPU_HASH, struct bits, struct numbers);
MAP(rows, BPF_MAP_TYPE_HASH, __u64, __u64);
MAP(indexes, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __s64);

SEC("socket")
int nothing(void *ctx)
{
	(void)ctx;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
