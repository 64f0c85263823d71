/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/reclaim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum {
	ROUNDS = 3
};

struct reclaim {
	const struct table *table;
	const struct slot_calls *calls;
	uint32_t next; /* slot whose key is to be looked for */
	uint32_t rounds;
	bool waits;
	bool accounted[]; /* by number: it was free, or used, at some time */
};

struct reclaim *reclaim_new(const struct table *table, const struct slot_calls *calls)
{
	struct reclaim *reclaim = calloc(
		1, sizeof(*reclaim) + ((size_t)table->info->max_entries + 1) * sizeof(bool));

	if (!reclaim)
		return NULL;
	reclaim->table = table;
	reclaim->calls = calls;
	reclaim->next = 1;
	return reclaim;
}

void reclaim_free(struct reclaim *reclaim)
{
	free(reclaim);
}

void reclaim_waited(struct reclaim *reclaim)
{
	reclaim->waits = false;
}

/* 1: its key is not in the index, or elsewhere. */
static int is_orphan(const struct reclaim *reclaim, uint32_t number)
{
	const struct table *table = reclaim->table;
	unsigned char key[LIMIT_MAP_KEY];
	uint32_t state = slot_state(table_element(table, number)), found;
	int result;

	if (!state || table->info->key_size > sizeof(key))
		return 0;
	memcpy(key, table_key(table, number), table->info->key_size);
	if (key_checksum(key, table->info->key_size) != state)
		return 0;
	result = reclaim->calls->find(table->info, key, &found);
	if (result)
		return result == -ENOENT ? 1 : result;
	if (found != number)
		return 1;
	/* The process before was about to take it back, or had just given it back. */
	slot_unmark(table, number);
	return 0;
}

/* 1: there are no more; 0: there is no room for them now. */
static int find_orphans(struct reclaim *reclaim, reclaim_orphan *orphan, void *context)
{
	for (; reclaim->next <= reclaim->table->info->max_entries; reclaim->next++) {
		int result = is_orphan(reclaim, reclaim->next);

		if (result < 0)
			return result;
		if (result && !orphan(context, reclaim->next))
			return 0;
	}
	return 1;
}

/* Which numbers are free. */
static int turn_round(struct reclaim *reclaim)
{
	uint32_t count = reclaim->table->info->max_entries, first = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = 0;
		int result = reclaim->calls->rotate(reclaim->table->info, &number);

		if (result)
			return result == -ENOENT ? 0 : result;
		if (number > count || number == first)
			break;
		reclaim->accounted[number] = true;
		if (!first)
			first = number;
	}
	return 0;
}

/* How many are neither free nor used. */
static uint32_t count_missing(struct reclaim *reclaim)
{
	uint32_t missing = 0;

	for (uint32_t number = 1; number <= reclaim->table->info->max_entries; number++) {
		if (slot_state(table_element(reclaim->table, number)))
			reclaim->accounted[number] = true;
		missing += !reclaim->accounted[number];
	}
	return missing;
}

static int release_missing(struct reclaim *reclaim)
{
	for (uint32_t number = 1; number <= reclaim->table->info->max_entries; number++) {
		int result;

		if (reclaim->accounted[number])
			continue;
		result = reclaim->calls->release(reclaim->table->info, number);
		if (result)
			return result;
		reclaim->accounted[number] = true;
	}
	return 1;
}

static int find_missing(struct reclaim *reclaim, bool *waits)
{
	int result = turn_round(reclaim);

	if (result)
		return result;
	if (!count_missing(reclaim))
		return 1;
	if (++reclaim->rounds < ROUNDS) {
		reclaim->waits = *waits = true;
		return 0;
	}
	return release_missing(reclaim);
}

int reclaim_pass(struct reclaim *reclaim, reclaim_orphan *orphan, void *context, bool *waits)
{
	int result = find_orphans(reclaim, orphan, context);

	/* The last grace period did not pass. */
	if (result == 1 && reclaim->waits) {
		*waits = true;
		return 0;
	}
	return result == 1 ? find_missing(reclaim, waits) : result;
}
