/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Know that every run of a BPF program that was under way has ended. Programs run as readers of
 * RCU; a change of a map of maps waits until all of those that may have seen the old one have
 * ended: maybe_wait_bpf_programs() in kernel/bpf/syscall.c calls synchronize_rcu() after each
 * update and each deletion, from 4.20 on (commit 1ae80cf31938). So an update of a map of our own
 * that nobody uses waits for all programs but those that sleep, which are readers of another kind.
 * membarrier(2) is no replacement: with one CPU it does not wait.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

struct grace {
	int inner, outer; /* descriptors; 0: none */
};

/* Makes two maps of one entry: needs the privilege of making maps. What the kernel says on
 * failure. */
int grace_open(struct grace *grace, struct err *err) MUST_CHECK;
void grace_close(struct grace *grace); /* accepts what grace_open left */

/* Blocks for a grace period: some 10 to 50 ms. */
int grace_wait(struct grace *grace, struct err *err) MUST_CHECK;
