/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs "contend_socket" of an object on every CPU at once, and "contend_interrupt" in timer
 * interrupts of each, where the kernel has such an event: without it only CPUs contend. A failure
 * fails the test.
 */
#pragma once

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
	CPUS_MAX = 8,
	/* Contend until contention_stop(). */
	UNTIL_STOPPED = 0,
};

struct contention {
	struct bpf_object *object;
	uint32_t runs;
	atomic_bool stopping;
	int cpus;
	struct contender {
		struct contention *contention;
		int cpu;
		pthread_t thread;
		struct bpf_link *interrupt;
	} contenders[CPUS_MAX];
};

/* `runs` on each CPU, and `frequency` interrupts a second. Must not move. */
void contention_begin(struct contention *contention, struct bpf_object *object, uint32_t runs,
	uint64_t frequency);
/* Until all have made their runs; of UNTIL_STOPPED, those that they have begun. */
void contention_wait(struct contention *contention);
void contention_stop(struct contention *contention);

/* From now on the calling thread runs on this CPU alone. */
void stay_on(int cpu);
