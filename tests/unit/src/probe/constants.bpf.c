// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Constants of every type that a definition may set, and of some that it may not. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

enum mode {
	MODE_FAST = 1,
	MODE_SLOW = 2,
};

typedef const volatile __u16 setting;

const volatile __u8 u8 = 1;
setting u16 = 2;
const volatile __u32 u32 = 3;
const volatile __u64 u64 = 4;
volatile const __s8 s8 = -1;
const volatile __s64 s64 = -2;
const volatile _Bool yes;
const volatile enum mode mode = MODE_SLOW;
const volatile char name[8] = "default";
const volatile __u32 numbers[2] = {1, 2};
const volatile struct {
	__u32 a;
} record = {5};
const __u32 fixed[4] = {1, 2, 3, 4};

SEC("socket")
int uses_them(void *ctx)
{
	__u64 sum = u8 + u16 + u32 + u64 + s8 + s64 + yes + mode + name[u8 & 7] + numbers[yes] +
		    record.a;

	(void)ctx;
	return sum + fixed[u8 & 3];
}

char LICENSE[] SEC("license") = "GPL";
