/* SPDX-License-Identifier: Apache-2.0 */
/* What all feeds share, and in what they differ. Only for feed*.c. */
#pragma once

#include "base/arena.h"
#include "collect/attributes.h"
#include "collect/feed.h"
#include "collect/keytab.h"
#include "collect/memo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FEED_MANY = 128
};

/*
 * How the values of rows become those of series. A row belongs to the series that its attributes
 * name, and in it to a place, which the kind numbers.
 */
struct feed_kind {
	/* Optional: memory of one feed, `state`. 0 or -ENOMEM; close accepts what open left. */
	int (*open)(struct feed *feed);
	void (*close)(struct feed *feed);
	/* Optional, else 0: the place of a row that was not met before. -EINVAL with `err` if its
	 * key has none, -ENOMEM. */
	int (*place)(struct feed *feed, const unsigned char *key, uint32_t *place, struct err *err);
	/* Optional: before the rows of a batch are added, all of whose series are there. -ENOMEM.
	 */
	int (*reserve)(struct feed *feed);
	void (*add)(struct feed *feed, uint32_t series, uint32_t place, const unsigned char *value);
	/*
	 * Optional, for rows that may go or count anew while others of their series stay: how many
	 * words tell what a row has counted (0: nothing of this kind has to be told), add those of
	 * one value to `words`, and tell the model that they are no longer there.
	 */
	size_t (*width)(const struct feed *feed);
	void (*read)(const struct feed *feed, const unsigned char *value, uint64_t *words);
	void (*retire)(struct feed *feed, uint32_t series, uint32_t place, const uint64_t *words);
	/* Optional: the same for up to FEED_MANY rows without places. */
	void (*add_many)(struct feed *feed, const uint32_t *series,
		const unsigned char *const *values, size_t count);
	/* Optional: the pass begins; it is complete. */
	void (*begin)(struct feed *feed);
	void (*end)(struct feed *feed);
};

extern const struct feed_kind feed_numbers;	 /* a row is a number */
extern const struct feed_kind feed_histograms;	 /* a row is a histogram */
extern const struct feed_kind feed_exponentials; /* a row is an exponential histogram */
extern const struct feed_kind feed_buckets; /* a row is one bucket of a histogram, or its sum */

struct feed_row {
	uint32_t series; /* ROW_UNUSED: left out */
	uint32_t place;
};

struct feed_slot {
	uint32_t state;	 /* of the slot whose key was decoded; 0: none yet */
	uint32_t series; /* or KEYTAB_UNDECODABLE */
};

struct feed {
	const struct metric_plan *plan;
	const struct feed_kind *kind;
	void *state; /* of the kind */
	struct metric *metric;
	struct keytab *keys;	 /* of maps that are read in batches */
	struct feed_slot *slots; /* of tables: by slot, or by value and CPU */
	unsigned char *key;	 /* key bytes, then the CPU number if CPUs are kept apart */
	struct feed_row *rows;	 /* of the batch */
	uint32_t *fresh;	 /* those of them that are new */
	size_t row_capacity;	 /* of both */
	struct memos memos;
	uint64_t *now;		/* words of one row */
	struct feed_ends *ends; /* feed_retire.c; NULL: slots of this feed stay */
	struct arena scratch;
	uint64_t row_count, undecodable, skipped;
	char undecodable_text[256];
};

/*
 * The series of a key, behind which stands the CPU number if CPUs are kept apart, and its place if
 * the kind has places. KEYTAB_UNDECODABLE, and counted, if it cannot be decoded. 0 or -ENOMEM.
 */
int feed_decode_key(
	struct feed *feed, const unsigned char *key, uint32_t *series, uint32_t *place) MUST_CHECK;

/*
 * feed_retire.c: slots that are taken back while their series goes on. All of these do nothing if
 * slots stay. Open: 0 or -ENOMEM; count: a slot was found to belong to the series; add: after all
 * slots were added; end: the pass is complete.
 */
int feed_open_ends(struct feed *feed) MUST_CHECK;
void feed_close_ends(struct feed *feed);
int feed_count_slot(struct feed *feed, uint32_t series) MUST_CHECK;
void feed_add_remains(struct feed *feed);
void feed_end_remains(struct feed *feed);

/* feed_memo.c. Before the first row. 0 or -ENOMEM. */
int feed_open_memos(struct feed *feed) MUST_CHECK;
/* The row has feed->now. */
void feed_remember(struct feed *feed, struct keytab_entry *entry);
