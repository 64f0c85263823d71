/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What counting.bpf.c and programs.c share. */
#pragma once

#include <linux/types.h>

enum {
	COUNTS,
	SPREAD,
	SIZES,
	SCALES,
	LIMITED, /* may have fewer series than slots */
	SLOT_MAPS,
	/* What anybody's program could have. */
	PLAIN = SLOT_MAPS, /* becomes full */
	PERCPU,		   /* may have fewer series than entries */
	PROGRAM_MAPS,

	SLOTS = 12,
	PLAIN_ENTRIES = 12,
	PERCPU_ENTRIES = 64,
	PROGRAM_KEYS = 32,
	SCRIPT_EVENTS = 256, /* a power of two, as the number of keys is */
};

enum event_kind {
	ADD,
	/* Halves of an addition: look the slot up, and add to it later, whatever has become of its
	 * key. Between them it is as if a program on another CPU was under way. */
	HOLD,
	FINISH,
};

struct event {
	__u32 map, kind, key;
	__u32 n; /* how many, or which value a histogram gets */
};

struct held {
	__u32 number, key; /* number 0: none */
};

/* The program does one event at each run. */
struct script {
	__u32 next, zero;
	struct held held[SLOT_MAPS];
	struct event events[SCRIPT_EVENTS];
};

struct given {
	__u64 buckets[4], sum;
};

/* What was counted, beside all that otelbpf reads. */
struct truth {
	struct given keys[PROGRAM_MAPS][PROGRAM_KEYS];
	struct given rest[PROGRAM_MAPS];     /* what found no place in the map */
	__u32 seen[SLOT_MAPS][PROGRAM_KEYS]; /* slot that the key had last */
	__u64 rest_events;
	__u64 late;	/* added to a slot whose key had left the index */
	__u64 moved;	/* a key got another slot than the one it had before */
	__u64 returned; /* the same, while that was not free yet */
};
