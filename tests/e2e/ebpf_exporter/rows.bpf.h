/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps as programs for ebpf_exporter keep them: one entry per bucket, and the sum behind the last.
 */
#pragma once

#include "kernel.bpf.h"

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define MAP(map, map_type, key_type, entries)                                                      \
	struct {                                                                                   \
		__uint(type, map_type);                                                            \
		__uint(max_entries, entries);                                                      \
		__type(key, key_type);                                                             \
		__type(value, __u64);                                                              \
	} map SEC(".maps")

static __always_inline void add_to(void *map, const void *key, __u64 n)
{
	__u64 *value = bpf_map_lookup_elem(map, key);
	__u64 zero = 0;

	if (!value) {
		bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
		value = bpf_map_lookup_elem(map, key);
	}
	if (value)
		__sync_fetch_and_add(value, n);
}

/* The smallest p with value <= 2^p. */
static __always_inline __u64 power_of(__u64 value)
{
	__u64 power = 0;

	for (int i = 0; i < 64; i++)
		power += value > 1ull << i;
	return power;
}

/* Count `value` in the bucket `number` of the key, whose last field is called bucket. */
#define OBSERVE(map, key, number, last, value)                                                     \
	do {                                                                                       \
		(key).bucket = (number) < (last) ? (number) : (last);                              \
		add_to(&(map), &(key), 1);                                                         \
		(key).bucket = (last) + 1;                                                         \
		add_to(&(map), &(key), (value));                                                   \
	} while (0)

/* What the workload's `observe` hands over as arguments of a system call that nothing else makes:
 * sched_rr_get_interval. */
struct observation {
	__u32 kind;
	__u64 value;
};

#if defined(__TARGET_ARCH_x86)
#define OBSERVED_NUMBER 148
struct pt_regs___arguments {
	unsigned long di, si;
} __attribute__((preserve_access_index));
#define FIRST  di
#define SECOND si
#else
#define OBSERVED_NUMBER	    127
struct user_pt_regs {
	__u64 regs[31];
} __attribute__((preserve_access_index));
#define pt_regs___arguments user_pt_regs
#define FIRST		    regs[0]
#define SECOND		    regs[1]
#endif

static __always_inline bool observe(
	struct pt_regs *regs, long number, struct observation *observation)
{
	const struct pt_regs___arguments *arguments = (const void *)regs;

	if (number != OBSERVED_NUMBER)
		return false;
	observation->kind = (__u32)BPF_CORE_READ(arguments, FIRST) & 0x7fffffff;
	observation->value = BPF_CORE_READ(arguments, SECOND);
	return true;
}
