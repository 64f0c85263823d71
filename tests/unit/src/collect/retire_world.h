/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that come, go and come back while slots are few, programs that hold the number of a slot
 * whose key has left the index, or are about to use one, a receiver that refuses some of what it is
 * sent, and processes that end at any step. There is one world at a time.
 */
#pragma once

#include "base/buf.h"
#include "collect/retire.h"
#include "src/collect/fixture.h"
#include "src/collect/table_memory.h"

#include <setjmp.h>

enum {
	KEYS = 12,
	SLOTS = 8,
	OVERFLOW = KEYS, /* stands for the overflow series */
	WORDS_MAX = 4 + 3 + 65,
	SECOND = 1000000000,
};

struct amount {
	uint64_t count, sum;
};

/* What a receiver has of one series. */
struct received {
	uint64_t start;
	struct amount last; /* cumulative */
	struct amount total;
};

struct kind {
	const char *text;
	uint32_t words;
	enum instrument instrument;
	enum temporality_preference preference;
	uint32_t limit; /* of series */
};

struct world {
	const struct kind *kind;
	struct table_memory memory;
	struct table table;
	struct fixture f;
	struct model *model;
	const struct snapshot *snapshot;
	const struct metric *metric;
	struct scope *scope;
	struct feed *feed;
	struct retirement *retirement;
	uint64_t random, now, returned;
	uint32_t index[KEYS]; /* slot of each key; 0: none */
	uint32_t held[KEYS];  /* programs know it, until a grace period has passed */
	uint32_t hints[KEYS]; /* as of some time */
	uint32_t free_slots[SLOTS], free_count;
	uint32_t taken, taken_for; /* by a program that is about to use it; 0: none */
	int refusing;		   /* the kernel's answer to slot calls */
	bool calm;		   /* nothing happens now */
	struct amount truth[KEYS + 1];
	struct received received[KEYS + 1];
	/* What outlives the process; how many steps it has, and where it ends. */
	struct buf kept;
	uint64_t kept_time;
	uint32_t fuse, deaths; /* fuse 0: it does not end */
	jmp_buf death;
};

extern const struct kind kinds[];
enum {
	KINDS = 14
};

struct world *world_begin(const struct kind *kind, uint64_t seed);
void world_end(void);
/* The next process. It goes on with what was kept, if there is any. */
void world_start(void);
void world_stop(void);

uint64_t below(uint64_t n);
/* A program counts for the key. */
void event(uint32_t key);
/* One that has the slot's number. */
void add(uint32_t slot, uint32_t key);

/* Parts of a collection: `calm`: nothing happens, and nobody refuses. */
bool pass(bool calm);
void retire(bool calm);
/* After model_end. */
void keep(void);
/* The receiver takes the series of one request, or refuses them. */
void send(uint32_t from, uint32_t to, bool taken);
void step(bool calm);
/* All is delivered: the receiver has what was counted. */
void balance(void);
