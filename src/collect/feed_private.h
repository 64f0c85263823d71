/* SPDX-License-Identifier: Apache-2.0 */
/* What all feeds share, and in what they differ. Only for feed*.c. */
#pragma once

#include "base/arena.h"
#include "base/words.h"
#include "collect/attributes.h"
#include "collect/feed.h"
#include "collect/keytab.h"
#include "collect/memo.h"
#include "collect/rename.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	FEED_MANY = 128
};

struct feed_row {
	uint32_t series; /* KEYTAB_UNDECODABLE: left out */
	uint32_t place;
	uint32_t renamed; /* names it had before: of feed->renames; 0: none */
};

/* Of a row: one value, or one for each CPU. */
struct feed_values {
	const unsigned char *first;
	size_t stride;
	uint32_t count;
};

/* Of several rows of known series. */
struct feed_many {
	size_t count;
	uint32_t series[FEED_MANY];
	uint32_t memos[FEED_MANY]; /* of the rows; unused if there are none */
	const unsigned char *values[FEED_MANY];
	uint64_t sums[FEED_MANY]; /* of values in shards: what `values` point to */
	size_t cpu_stride;
	uint32_t cpu_count; /* values of each row that are one number together */
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
	/* Take from a value what was there before. False if it has less of something. */
	bool (*subtract)(
		const struct feed *feed, unsigned char *value, const unsigned char *before);
	/* Optional, if a row is a number for metric_add_all(): those of up to FEED_MANY rows. */
	void (*numbers)(const struct feed *feed, const struct feed_many *rows, uint64_t *numbers);
	/* Optional: the pass begins; it is complete. */
	void (*begin)(struct feed *feed);
	void (*end)(struct feed *feed);
};

extern const struct feed_kind feed_numbers;	 /* a row is a number */
extern const struct feed_kind feed_histograms;	 /* a row is a histogram */
extern const struct feed_kind feed_exponentials; /* a row is an exponential histogram */
extern const struct feed_kind feed_buckets; /* a row is one bucket of a histogram, or its sum */

/* What is known of a table, by slot, or by value and CPU. */
struct feed_slots {
	uint32_t *states; /* of the slot whose key was decoded; 0: none yet */
	uint32_t *series; /* or KEYTAB_UNDECODABLE */
	/* Of each FEED_MANY slots: the series of the first, if those of the others follow it; or
	 * one of these. Not for values and CPUs. */
	uint32_t *runs;
};

enum {
	FEED_RUN_UNKNOWN = 0, /* has to be found out; slot 0 has no series, so none begins there */
	FEED_RUN_NONE = UINT32_MAX,
};

struct feed {
	const struct metric_plan *plan;
	const struct feed_kind *kind;
	void *state; /* of the kind */
	struct metric *metric;
	struct keytab *keys;	 /* of maps that are read in batches */
	struct feed_slots slots; /* of tables */
	unsigned char *key;	 /* key bytes, then the CPU number if CPUs are kept apart */
	uint32_t *rows;		 /* of the batch: numbers of keytab; 0: left out */
	uint32_t *fresh;	 /* those of them that are new */
	size_t row_capacity;	 /* of both */
	struct renames *renames; /* NULL: what rows are called does not change */
	uint32_t *slots_renamed; /* by slot, as in struct feed_row; NULL until one is */
	bool look_again;	 /* in this pass */
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
void feed_skip_remains(struct feed *feed); /* instead: the pass was cut short */
void feed_write_remains(const struct feed *feed, struct buf *out);
/* -EINVAL, -ENOMEM. */
int feed_read_remains(struct feed *feed, struct input *in) MUST_CHECK;

/* feed_table.c. Room for what is known of its slots or values: 0 or -ENOMEM. */
size_t feed_row_limit(const struct feed *feed);
int feed_take_rows(struct feed *feed) MUST_CHECK;

/* feed_keep.c. Whether the metric has that series. */
bool feed_has_series(const struct feed *feed, uint32_t series);

/* feed_memo.c. Before the first row. 0 or -ENOMEM. */
int feed_open_memos(struct feed *feed) MUST_CHECK;
/* If the kind has numbers: add those of the rows, of which none is left then. */
void feed_add_many(struct feed *feed, struct feed_many *rows);

/* The row has feed->now. `anew`: it is known to have begun anew. */
void feed_remember(struct feed *feed, struct keytab_entry *entry, bool anew);

/* feed_rename.c; only if there are feed->renames, but for feed_read_words and feed_forget_names. */
/* Whether the key, which is known as `series`, is called something else now. 0 or -ENOMEM. */
int feed_is_renamed(
	struct feed *feed, const unsigned char *key, uint32_t series, bool *renamed) MUST_CHECK;
/* It is: what it counted stays with the old name, which *renamed knows from now on. False if it has
 * to keep that. */
bool feed_end_name(struct feed *feed, const struct feed_row *row, uint32_t *renamed,
	const struct feed_values *values);
/* Add to each name what was counted under it. */
void feed_add_renamed(
	struct feed *feed, const struct feed_row *row, const struct feed_values *values);
/* Whether the row has less than it had under its old names: it is another one. */
bool feed_has_less(struct feed *feed, uint32_t renamed, const struct feed_values *values);
/* The row is gone, and with it what it counted under its old names. */
void feed_forget_names(struct feed *feed, uint32_t *renamed);
/* What was counted under the present name, into feed->now. */
void feed_read_words(struct feed *feed, uint32_t renamed, const struct feed_values *values);
/* For struct feed_kind: one field. */
bool feed_subtract(const struct field *field, unsigned char *value, const unsigned char *before);

static inline void feed_set_slot(struct feed *feed, size_t number, uint32_t state, uint32_t series)
{
	feed->slots.states[number] = state;
	feed->slots.series[number] = series;
	feed->slots.runs[number / FEED_MANY] = FEED_RUN_UNKNOWN;
}

static inline const unsigned char *feed_row_value(const struct batch *batch, size_t i, uint32_t cpu)
{
	return batch->values + i * batch->value_stride + cpu * batch->cpu_stride;
}

static inline bool feed_all_zero(const unsigned char *bytes, size_t size)
{
	return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}
