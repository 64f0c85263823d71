/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/keytab.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/huge.h"

enum {
	FIRST_ENTRIES = 16,
	/* How far ahead of their use entries are fetched. */
	AHEAD_BYTES = 1024,
};

struct keytab {
	size_t key_size, stride;
	unsigned char *entries; /* each a struct keytab_entry, then the key; number 0 is no key, but
				   knows the first of a pass */
	uint32_t end, room;	/* numbers that were ever given out, and entries that fit */
	uint32_t unused;	/* the first number that was given back, which knows the next */
	uint32_t *index;	/* open addressing: number, or 0, by hash */
	uint32_t mask;
	uint32_t count, met; /* keys; those that this pass met */
	uint32_t last;	     /* met last */
	uint32_t jumps;	     /* of this pass: keys that do not lie behind the one before */
	uint32_t pass;
	uint64_t lookups;
	keytab_forget *forget; /* may be NULL */
	void *context;
	struct hash_seed seed;
};

struct keytab_entry *keytab_entry(const struct keytab *table, uint32_t number)
{
	return (struct keytab_entry *)(void *)(table->entries + number * table->stride);
}

unsigned char *keytab_entries(const struct keytab *table, size_t *stride)
{
	*stride = table->stride;
	return table->entries;
}

struct keytab *keytab_new(size_t key_size)
{
	struct keytab *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->key_size = key_size;
	table->stride = (sizeof(struct keytab_entry) + key_size + 7) & ~(size_t)7;
	table->room = FIRST_ENTRIES;
	table->end = 1;
	table->entries = calloc(table->room, table->stride);
	table->index = calloc(2 * FIRST_ENTRIES, sizeof(*table->index));
	table->mask = 2 * FIRST_ENTRIES - 1;
	table->seed = hash_seed_random();
	if (!table->entries || !table->index) {
		keytab_free(table);
		return NULL;
	}
	return table;
}

void keytab_free(struct keytab *table)
{
	if (!table)
		return;
	free(table->entries);
	free(table->index);
	free(table);
}

void keytab_on_forget(struct keytab *table, keytab_forget *forget, void *context)
{
	table->forget = forget;
	table->context = context;
}

void keytab_begin(struct keytab *table)
{
	table->last = table->met = table->jumps = 0;
	/* 0 marks what is no key. After 2^32 passes each key has the mark of a pass before. */
	if (++table->pass)
		return;
	for (uint32_t number = 1; number < table->end; number++)
		keytab_entry(table, number)->pass = keytab_entry(table, number)->pass != 0;
	table->pass = 2;
}

static void index_put(struct keytab *table, uint32_t hash, uint32_t number)
{
	while (table->index[hash & table->mask])
		hash++;
	table->index[hash & table->mask] = number;
}

static int grow_index(struct keytab *table)
{
	uint32_t *index = calloc(2 * ((size_t)table->mask + 1), sizeof(*index));

	if (!index)
		return -ENOMEM;
	free(table->index);
	table->index = index;
	table->mask = 2 * table->mask + 1;
	for (uint32_t number = 1; number < table->end; number++) {
		const struct keytab_entry *entry = keytab_entry(table, number);

		if (entry->pass)
			index_put(table, entry->hash, number);
	}
	return 0;
}

static int grow_entries(struct keytab *table)
{
	size_t room = table->room + (size_t)table->room / 2 + FIRST_ENTRIES;
	unsigned char *entries;

	if (room > UINT32_MAX / 2)
		return -ENOMEM;
	entries = reallocarray(table->entries, room, table->stride);
	if (!entries)
		return -ENOMEM;
	huge_advise(entries, room * table->stride);
	table->entries = entries;
	table->room = (uint32_t)room;
	return 0;
}

/* 0 when out of memory. */
static uint32_t insert(struct keytab *table, const void *key, uint32_t hash)
{
	uint32_t number = table->unused;
	struct keytab_entry *entry;

	if (table->count >= table->mask / 2 && grow_index(table))
		return 0;
	if (number)
		table->unused = keytab_entry(table, number)->next;
	else if (table->end == table->room && grow_entries(table))
		return 0;
	else
		number = table->end++;
	entry = keytab_entry(table, number);
	*entry = (struct keytab_entry){.hash = hash, .series = KEYTAB_UNKNOWN};
	memcpy(entry + 1, key, table->key_size);
	index_put(table, hash, number);
	table->count++;
	return number;
}

static inline bool has_key(const struct keytab_entry *entry, const unsigned char *key, size_t size)
{
	const unsigned char *own = (const unsigned char *)(entry + 1);
	uint64_t a, b;

	for (; size >= sizeof(a); size -= sizeof(a), own += sizeof(a), key += sizeof(a)) {
		memcpy(&a, own, sizeof(a));
		memcpy(&b, key, sizeof(b));
		if (a != b)
			return false;
	}
	for (; size; size--)
		if (*own++ != *key++)
			return false;
	return true;
}

/* 0 when out of memory. */
static uint32_t look_up(struct keytab *table, const void *key)
{
	uint32_t hash = (uint32_t)hash_bytes(&table->seed, key, table->key_size);

	table->lookups++;
	for (uint32_t i = hash;; i++) {
		uint32_t number = table->index[i & table->mask];
		const struct keytab_entry *entry = keytab_entry(table, number);

		if (!number)
			return insert(table, key, hash);
		if (entry->hash == hash && has_key(entry, key, table->key_size))
			return number;
	}
}

/* The number of a key that is not what was expected. */
static uint32_t get_other(struct keytab *table, const void *key)
{
	uint32_t number = look_up(table, key);

	if (number)
		keytab_entry(table, table->last)->next = number;
	return number;
}

int keytab_get(
	struct keytab *table, const void *keys, size_t stride, size_t count, uint32_t *numbers)
{
	const unsigned char *key = keys;

	for (size_t i = 0; i < count; i++, key += stride) {
		uint32_t number = keytab_entry(table, table->last)->next;
		struct keytab_entry *entry = keytab_entry(table, number);

		/* A hint to the processor, whatever lies there. */
		__builtin_prefetch((const void *)((uintptr_t)entry + AHEAD_BYTES), 1);
		if (!number || !entry->pass || !has_key(entry, key, table->key_size)) {
			number = get_other(table, key);
			if (!number)
				return -ENOMEM;
			entry = keytab_entry(table, number);
		}
		table->jumps += number != table->last + 1;
		table->met += entry->pass != table->pass;
		entry->pass = table->pass;
		table->last = numbers[i] = number;
	}
	return 0;
}

/* Close the gap: entries of the same run move up as far as their hash allows. */
static void index_remove(struct keytab *table, uint32_t number)
{
	uint32_t mask = table->mask, hole = keytab_entry(table, number)->hash & mask;

	while (table->index[hole] != number)
		hole = (hole + 1) & mask;
	table->index[hole] = 0;
	for (uint32_t i = (hole + 1) & mask; table->index[i]; i = (i + 1) & mask) {
		uint32_t home = keytab_entry(table, table->index[i])->hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		table->index[hole] = table->index[i];
		table->index[i] = 0;
		hole = i;
	}
}

static void forget_unmet(struct keytab *table)
{
	for (uint32_t number = 1; number < table->end; number++) {
		struct keytab_entry *entry = keytab_entry(table, number);

		if (!entry->pass || entry->pass == table->pass)
			continue;
		if (table->forget)
			table->forget(table->context, entry);
		index_remove(table, number);
		entry->pass = 0;
		entry->next = table->unused;
		table->unused = number;
		table->count--;
	}
}

/* Entries move into the order in which the pass met them. */
static void sort(struct keytab *table)
{
	unsigned char *entries = malloc((table->count + 1) * table->stride);
	uint32_t from = 0;

	/* Out of memory: all stays right, but slow. */
	if (!entries)
		return;
	huge_advise(entries, (table->count + 1) * table->stride);
	memset(table->index, 0, ((size_t)table->mask + 1) * sizeof(*table->index));
	for (uint32_t to = 0; to <= table->count; to++) {
		struct keytab_entry *entry = (struct keytab_entry *)(void *)(entries +
									     to * table->stride);

		memcpy(entry, keytab_entry(table, from), table->stride);
		from = entry->next;
		entry->next = to + 1;
		if (to)
			index_put(table, entry->hash, to);
	}
	free(table->entries);
	table->entries = entries;
	table->end = table->room = table->count + 1;
	table->unused = 0;
	keytab_entry(table, table->count)->next = 0;
}

/* Whether the entries' `next` lead through all of them, each once. */
static bool is_chain(const struct keytab *table)
{
	uint32_t number = 0, steps = 0;

	while ((number = keytab_entry(table, number)->next) && steps <= table->count)
		steps++;
	return steps == table->count;
}

void keytab_end(struct keytab *table)
{
	bool is_scattered;

	keytab_entry(table, table->last)->next = 0;
	if (table->met != table->count)
		forget_unmet(table);
	is_scattered = table->jumps > FIRST_ENTRIES && table->jumps > table->count / 2;
	if ((is_scattered || table->end / 4 > table->count + FIRST_ENTRIES) && is_chain(table))
		sort(table);
}

void keytab_each(const struct keytab *table, keytab_forget *each, void *context)
{
	for (uint32_t number = 1; number < table->end; number++) {
		if (keytab_entry(table, number)->pass)
			each(context, keytab_entry(table, number));
	}
}

size_t keytab_count(const struct keytab *table)
{
	return table->count;
}

uint64_t keytab_lookups(const struct keytab *table)
{
	return table->lookups;
}
