/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parts of the kernel's types that our programs read, instead of a generated vmlinux.h. Only
 * the names count: libbpf finds each field in the BTF of the running kernel (CO-RE). A type
 * NAME___FLAVOUR stands for the kernel's NAME on kernels or machines where it looks different.
 */
#pragma once

#include <linux/types.h>

#include <stdbool.h>

/* BPF_PROG gives every program a parameter `ctx` that few of them use. */
#pragma clang diagnostic ignored "-Wunused-parameter"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* System calls */

struct pt_regs;

struct pt_regs___on_x86 {
	unsigned long orig_ax;
};

struct pt_regs___on_arm64 {
	__u64 pstate;
	__s32 syscallno;
};

struct thread_info {
	__u32 status; /* x86 only */
};

struct css_set;

struct task_struct {
	struct thread_info thread_info;
	struct css_set *cgroups;
};

/* Timers */

struct timer_list {
	void (*function)(struct timer_list *timer);
};

/* Scheduler */

#define TASK_RUNNING 0

struct task_struct___scheduled {
	int pid;
	unsigned int __state;
};

struct task_struct___before_5_14 {
	long state; /* became __state by commit 2f064a59a11f */
};

/* Block devices */

struct gendisk {
	int major, first_minor;
};

struct request_queue {
	struct gendisk *disk; /* from 5.15: commit d152c682f03c */
};

struct request {
	struct request_queue *q;
	__u32 cmd_flags;
	__u32 __data_len;
};

struct request___before_5_17 {
	struct gendisk *rq_disk; /* removed by commit f3fa33acca9f */
};

/* The operations whose numbers changed between kernels; the others never did. */
enum req_op {
	REQ_OP_WRITE_SAME = 1,
	REQ_OP_ZONE_APPEND,
	REQ_OP_ZONE_OPEN,
	REQ_OP_ZONE_CLOSE,
	REQ_OP_ZONE_FINISH,
	REQ_OP_ZONE_RESET,
	REQ_OP_ZONE_RESET_ALL,
};

/* Its name before 6.0: commit ff07a02e9e8e. */
enum req_opf {
	REQ_OP_WRITE_SAME___f = 1,
	REQ_OP_ZONE_APPEND___f,
	REQ_OP_ZONE_OPEN___f,
	REQ_OP_ZONE_CLOSE___f,
	REQ_OP_ZONE_FINISH___f,
	REQ_OP_ZONE_RESET___f,
	REQ_OP_ZONE_RESET_ALL___f,
};

/* TCP */

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	unsigned short skc_family;
	__u16 skc_num; /* the local port, in the machine's byte order */
	unsigned long skc_flags;
	struct in6_addr skc_v6_daddr; /* with CONFIG_IPV6 */
};

enum sock_flags {
	SOCK_DONE = 1,
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
};

struct tcp_sock {
	__u32 snd_una;
	__u32 write_seq;
	__u64 bytes_received;
	__u64 bytes_acked;
};

/* Cgroups */

struct kernfs_node {
	__u64 id; /* from 5.5: commit 67c0496e87d1 */
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp; /* of the hierarchy of version 2, in which every task is */
};

/* Packets: offsets are counted from `head`. */

struct sk_buff {
	unsigned char *head;
	__u32 tail; /* where the linear part ends, on 64-bit machines */
	__u16 network_header;
	__be16 protocol;
};

#pragma clang attribute pop
