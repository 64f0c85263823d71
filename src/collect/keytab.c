/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/keytab.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum {
	FIRST_SLOTS = 32
};

struct keytab {
	size_t key_size, stride;
	unsigned char *slots; /* slot: struct keytab_entry, then the key */
	size_t mask;
	size_t count;
	uint32_t pass;
	keytab_forget *forget; /* may be NULL */
	void *context;
	struct hash_seed seed;
};

static struct keytab_entry *slot_at(const struct keytab *table, size_t i)
{
	return (struct keytab_entry *)(void *)(table->slots + (i & table->mask) * table->stride);
}

struct keytab *keytab_new(size_t key_size)
{
	struct keytab *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->key_size = key_size;
	table->stride = (sizeof(struct keytab_entry) + key_size + 3) & ~(size_t)3;
	table->slots = calloc(FIRST_SLOTS, table->stride);
	table->mask = FIRST_SLOTS - 1;
	table->seed = hash_seed_random();
	if (!table->slots) {
		free(table);
		return NULL;
	}
	return table;
}

void keytab_free(struct keytab *table)
{
	if (!table)
		return;
	free(table->slots);
	free(table);
}

void keytab_on_forget(struct keytab *table, keytab_forget *forget, void *context)
{
	table->forget = forget;
	table->context = context;
}

void keytab_begin(struct keytab *table)
{
	/* 0 marks empty slots. After 2^32 passes all keys are new once. */
	if (++table->pass)
		return;
	memset(table->slots, 0, (table->mask + 1) * table->stride);
	table->count = 0;
	table->pass = 1;
}

static bool grow(struct keytab *table)
{
	struct keytab old = *table;
	size_t slots = (old.mask + 1) * 2;

	table->slots = calloc(slots, table->stride);
	if (!table->slots) {
		table->slots = old.slots;
		return false;
	}
	table->mask = slots - 1;
	for (size_t i = 0; i <= old.mask; i++) {
		struct keytab_entry *entry = slot_at(&old, i);
		size_t to = entry->hash;

		if (!entry->pass)
			continue;
		while (slot_at(table, to)->pass)
			to++;
		memcpy(slot_at(table, to), entry, table->stride);
	}
	free(old.slots);
	return true;
}

struct keytab_entry *keytab_get(struct keytab *table, const void *key)
{
	uint32_t hash = (uint32_t)hash_bytes(&table->seed, key, table->key_size);
	struct keytab_entry *entry;

	if (table->count * 2 > table->mask && !grow(table))
		return NULL;
	for (size_t i = hash;; i++) {
		entry = slot_at(table, i);
		if (!entry->pass)
			break;
		if (entry->hash == hash && !memcmp(entry + 1, key, table->key_size)) {
			entry->pass = table->pass;
			return entry;
		}
	}
	*entry = (struct keytab_entry){
		.hash = hash,
		.pass = table->pass,
		.series = KEYTAB_UNKNOWN,
	};
	memcpy(entry + 1, key, table->key_size);
	table->count++;
	return entry;
}

/* Empty the slot and close the gap: entries of the same run move up as far as their hash allows. */
static void remove_at(struct keytab *table, size_t hole)
{
	size_t mask = table->mask;

	slot_at(table, hole)->pass = 0;
	table->count--;
	for (size_t i = (hole + 1) & mask; slot_at(table, i)->pass; i = (i + 1) & mask) {
		size_t home = slot_at(table, i)->hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		memcpy(slot_at(table, hole), slot_at(table, i), table->stride);
		slot_at(table, i)->pass = 0;
		hole = i;
	}
}

void keytab_end(struct keytab *table)
{
	/* What moves into the slot just emptied must be looked at as well. */
	for (size_t i = 0; i <= table->mask; i++) {
		while (slot_at(table, i)->pass && slot_at(table, i)->pass != table->pass) {
			if (table->forget)
				table->forget(table->context, slot_at(table, i));
			remove_at(table, i);
		}
	}
}

size_t keytab_count(const struct keytab *table)
{
	return table->count;
}
