/* SPDX-License-Identifier: Apache-2.0 */
#include "read/key_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 256
};

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *find_slot(const struct key_set *set, const void *key)
{
	uint32_t mask = set->slot_count - 1;
	uint32_t i = (uint32_t)hash_bytes(&set->seed, key, set->key_size) & mask;

	while (set->slots[i]) {
		size_t place = set->slots[i] - 1;

		if (!memcmp(set->keys + place * set->key_size, key, set->key_size))
			break;
		i = (i + 1) & mask;
	}
	return &set->slots[i];
}

static int grow(struct key_set *set)
{
	uint64_t room = set->room ? (uint64_t)set->room * 2 : FIRST_ROOM;
	uint32_t slot_count = set->slot_count ? set->slot_count : 1;
	unsigned char *keys;
	uint32_t *slots;

	if (room > set->limit)
		room = set->limit;
	while (slot_count < room * 2)
		slot_count *= 2;
	keys = reallocarray(set->keys, room, set->key_size);
	if (!keys)
		return -ENOMEM;
	set->keys = keys;
	slots = calloc(slot_count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(set->slots);
	set->slots = slots;
	set->slot_count = slot_count;
	set->room = (uint32_t)room;
	for (uint32_t i = 0; i < set->count; i++)
		*find_slot(set, keys + i * set->key_size) = i + 1;
	return 0;
}

void key_set_init(struct key_set *set, size_t key_size, uint32_t limit)
{
	/* Twice as many slots must still be a 32-bit power of two. */
	if (limit > UINT32_C(1) << 30)
		limit = UINT32_C(1) << 30;
	*set = (struct key_set){
		.key_size = key_size,
		.limit = limit,
		.seed = hash_seed_random(),
	};
}

void key_set_fini(struct key_set *set)
{
	free(set->slots);
	free(set->keys);
	set->slots = NULL;
	set->keys = NULL;
	set->count = set->room = set->slot_count = 0;
}

void key_set_clear(struct key_set *set)
{
	if (set->count)
		memset(set->slots, 0, set->slot_count * sizeof(*set->slots));
	set->count = 0;
}

bool key_set_has(const struct key_set *set, const void *key)
{
	return set->count && *find_slot(set, key);
}

uint32_t key_set_place(const struct key_set *set, const void *key)
{
	uint32_t slot = set->count ? *find_slot(set, key) : 0;

	return slot ? slot - 1 : set->count;
}

int key_set_add(struct key_set *set, const void *key)
{
	int rc;

	if (set->count == set->limit)
		return -ENOSPC;
	if (set->count == set->room) {
		rc = grow(set);
		if (rc < 0)
			return rc;
	}
	memcpy(set->keys + set->count * set->key_size, key, set->key_size);
	*find_slot(set, key) = set->count + 1;
	set->count++;
	return 0;
}
