/* SPDX-License-Identifier: Apache-2.0 */
/* A set of keys of one size, with a ceiling. */
#pragma once

#include "base/compiler.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_set {
	size_t key_size; /* bytes, > 0 */
	uint32_t limit;	 /* never holds more keys */
	uint32_t count;
	uint32_t room;	     /* keys that fit before the next growth */
	uint32_t slot_count; /* power of two, at least 2 x room */
	uint32_t *slots;     /* 0: free, else 1 + the key's place in `keys` */
	unsigned char *keys;
	struct hash_seed seed;
};

void key_set_init(struct key_set *set, size_t key_size, uint32_t limit);
void key_set_fini(struct key_set *set); /* accepts a zeroed set */

/* Forget the keys, keep the memory. */
void key_set_clear(struct key_set *set);

bool key_set_has(const struct key_set *set, const void *key);
/* Its place in set->keys, which it keeps until key_set_clear; set->count if it is not there. */
uint32_t key_set_place(const struct key_set *set, const void *key);
/* The key must not be in the set. -ENOSPC at the ceiling, -ENOMEM. Grows to `limit`, then allocates
 * no more. */
int key_set_add(struct key_set *set, const void *key) MUST_CHECK;
