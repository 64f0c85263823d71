// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Key and value types of every kind that a layout knows. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define MAP(map, key_type, value_type)                                                             \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_HASH);                                                   \
		__uint(max_entries, 10);                                                           \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} map SEC(".maps")

enum color {
	RED = 1,
	BLUE = 7,
};

enum below_zero {
	MINUS = -3,
	PLUS = 3,
};

typedef const volatile __u16 port;

struct inner {
	__u32 dev;
	struct {
		char text[3];
	};
	__s8 small;
};

struct key {
	__u8 u8;
	_Bool yes;
	port port;
	__s32 s32;
	char comm[16];
	__u8 mac[6];
	/* two bytes of padding */
	__u64 slots[3];
	enum color color;
	enum below_zero sign;
	struct inner inner;
	union {
		__u32 a;
		__u64 b;
	};
	union {
		__u32 v4;
		__u8 v6[16];
	} address;
	void *pointer;
	__s32 numbers[2];
	__u16 grid[2][2];
	struct inner two[2];
};

struct bits {
	__u32 low : 3;
	__s32 middle : 10;
	__u32 : 3;
	__u32 high : 16;
	enum color color : 4;
	_Bool yes : 1;
	__u64 whole;
	__u32 rest[];
};

union either {
	__u64 id;
	struct {
		__u32 low, high;
	} half;
	union {
		char text[4];
		_Bool flag : 1;
	};
};

typedef struct {
	__u64 count;
} histogram;

MAP(plain, __u32, __s64);
MAP(records, struct key, histogram);
MAP(flags, struct bits, char[8]);
MAP(unions, union either, __u64);
MAP(arrays, enum color, __u64[27]);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 10);
	__uint(key_size, 4);
	__uint(value_size, 12);
} untyped SEC(".maps");

const volatile int setting = 1;
int counter;

SEC("socket")
int nothing(void *ctx)
{
	(void)ctx;
	return setting + counter;
}

char LICENSE[] SEC("license") = "GPL";
