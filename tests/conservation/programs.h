/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BPF programs count in maps of the kernel of this machine, and beside them the truth; otelbpf's
 * own stages read and retire. Keys come, go idle and come back, there are more of them than places,
 * and foreign maps lose entries. There is one of these at a time.
 */
#pragma once

#include <sched.h>

#include "app/pack.h"
#include "app/retire.h"
#include "conservation/counting.h"
#include "conservation/kernel.h"

enum {
	FOREIGN_MAPS = PROGRAM_MAPS - SLOT_MAPS,
	CPUS_MAX = CPU_SETSIZE,
};

/* An owner who deletes entries. */
struct foreign {
	const struct map_info *map;
	bool unread; /* programs counted since the last complete pass */
	/* What a key may count until the next complete pass. An entry that is made again and then
	 * has as much as the one before looks as if it had gone on (docs/delivery.md). */
	uint64_t allowed[KEYS];
	uint64_t deleted;
};

struct programs {
	struct kernel kernel; /* the first, so that each is the other's address */
	struct pack pack;     /* as far as collections need it */
	struct retire retire;
	int program;
	struct script *script;	   /* mapped */
	const struct truth *truth; /* mapped */

	/* Keys that count now; the others go idle. */
	int first, count;
	/* When each counted last, in events. */
	uint64_t time, last[PROGRAM_MAPS][KEYS];
	uint32_t event_count; /* in the script */
	struct foreign foreign[FOREIGN_MAPS];
	int cpus[CPUS_MAX], cpu_count; /* on which programs may run */

	bool calm;		  /* this collection */
	int calls_left;		  /* of reading a foreign map until one fails; -1: none does */
	uint64_t waits, failures; /* grace periods; passes that failed as they were to */
};

/*
 * -EPERM or -ENOTSUP if it cannot be done here, or what else went wrong, with `err`. Aborts when
 * out of memory. `resource` must outlive it.
 */
int kernel_programs(struct kernel **kernel, uint64_t seed, enum temporality temporality,
	const struct resource *resource, struct err *err) MUST_CHECK;

/* events.c */
void events_run(struct programs *programs, bool calm);
/* In maps of otel.bpf.h alone: the foreign ones were just read. */
void events_while_retiring(struct programs *programs);
/* What began to add ends. */
void events_finish(struct programs *programs);
/* To the end. */
void events_were_read(struct foreign *foreign);
