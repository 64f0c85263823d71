/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers which series a map key is: a key is decoded once, not at every collection. Keys that a
 * complete pass over the map did not meet are forgotten.
 *
 * The kernel walks a map in much the same order each time. So entries lie in memory in the order in
 * which they were met, each knows which one followed it, and a key is first compared with the one
 * that is expected: only if that fails it is hashed and looked up.
 */
#pragma once

#include "base/compiler.h"

#include <stddef.h>
#include <stdint.h>

struct keytab;

struct keytab_entry {
	uint32_t hash;
	uint32_t pass; /* the last one that met the key; 0: there is no key */
	uint32_t next; /* the table's own: what followed the key */
	uint32_t
		series; /* KEYTAB_UNKNOWN, KEYTAB_UNDECODABLE (or not wanted), or a series number */
	uint32_t generation; /* of the series */
	uint32_t place;	     /* in the series: the feed's own */
	uint32_t memo;	     /* the feed's own; 0 in a new entry */
	uint32_t renamed;    /* the same */
};

enum {
	KEYTAB_UNKNOWN = UINT32_MAX,
	KEYTAB_UNDECODABLE = UINT32_MAX - 1,
};

/* Keys have `key_size` bytes. NULL when out of memory. */
struct keytab *keytab_new(size_t key_size);
void keytab_free(struct keytab *table);

/* Called by keytab_end for each entry that it forgets; behind it lies the key. */
typedef void keytab_forget(void *context, const struct keytab_entry *entry);
void keytab_on_forget(struct keytab *table, keytab_forget *forget, void *context);

/* Begin a pass. */
void keytab_begin(struct keytab *table);
/* Forget what this pass did not meet. Not to be called when the pass was cut short. */
void keytab_end(struct keytab *table);

/*
 * The numbers of `count` keys, `stride` bytes apart, in the order in which the map was walked. A
 * key that is new gets an entry with KEYTAB_UNKNOWN; all are marked as met. A number is never 0 and
 * stays the key's until keytab_end. 0, or -ENOMEM.
 */
int keytab_get(struct keytab *table, const void *keys, size_t stride, size_t count,
	uint32_t *numbers) MUST_CHECK;

/* The entry of a number. Valid until the next keytab_get or keytab_end. */
struct keytab_entry *keytab_entry(const struct keytab *table, uint32_t number);

/* How entries lie in memory, for who goes through many: entry `number` at first + number x stride.
 */
unsigned char *keytab_entries(const struct keytab *table, size_t *stride);

/* All keys, in no order. */
void keytab_each(const struct keytab *table, keytab_forget *each, void *context);

size_t keytab_count(const struct keytab *table);
/* How many keys had to be looked up by their hash since the table was made. */
uint64_t keytab_lookups(const struct keytab *table);
