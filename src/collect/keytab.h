/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers which series a map key is: a key is decoded once, not at every collection. Keys that a
 * complete pass over the map did not meet are forgotten.
 */
#pragma once

#include "base/compiler.h"

#include <stddef.h>
#include <stdint.h>

struct keytab;

struct keytab_entry {
	uint32_t hash;
	uint32_t pass; /* the last one that met the key; 0: slot is empty */
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

/* Called by keytab_end for each entry that it forgets. */
typedef void keytab_forget(void *context, const struct keytab_entry *entry);
void keytab_on_forget(struct keytab *table, keytab_forget *forget, void *context);

/* Begin a pass. */
void keytab_begin(struct keytab *table);
/* Forget what this pass did not meet. Not to be called when the pass was cut short. */
void keytab_end(struct keytab *table);

/* The entry of the key, made with KEYTAB_UNKNOWN if it is new, and marked as met. Valid until the
 * next call with this table. NULL when out of memory. */
struct keytab_entry *keytab_get(struct keytab *table, const void *key);

size_t keytab_count(const struct keytab *table);
