/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a map key by key, where the kernel has no batch look-up for it.
 *
 * The kernel continues after the cursor's key, and begins again at the first key when that was
 * deleted (kernel/bpf/hashtab.c, htab_map_get_next_key): a set of the keys delivered keeps rows
 * from coming twice. An update may move a key to the front of its bucket, behind the cursor: a
 * second sweep finds what the first one missed in this way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/reader_private.h"

enum {
	SWEEPS = 2,
	/* Look-ups of the next key per entry that the map can hold, before a pass is given up. */
	STEPS_PER_ENTRY = 64,
	STEPS_MIN = 4096,
};

static int fail(const struct reader *reader, int code, const char *what, struct err *err)
{
	return err_set(
		err, code, "map %s: %s failed: %s", reader->info->name, what, strerror(-code));
}

/* `key` for row number reader->count; does not count the row. */
static void *row_key(const struct reader *reader)
{
	return reader->keys + (size_t)reader->count * reader->info->key_size;
}

static void *row_value(const struct reader *reader)
{
	return reader->values + reader->count * reader->value_stride;
}

static int finish(struct reader *reader)
{
	reader->state = PASS_DONE;
	return reader->count ? 1 : 0;
}

static int start_hash(struct reader *reader, struct err *err)
{
	uint64_t limit = (uint64_t)reader->info->max_entries * 2;

	if (!reader->cursor) {
		/* While keys come and go, a pass may deliver more keys than the map holds at any
		 * time. */
		key_set_init(&reader->seen, reader->info->key_size,
			limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit);
		reader->cursor = calloc(2, reader->info->key_size);
		if (!reader->cursor)
			return fail(reader, -ENOMEM, "walking the keys", err);
	}
	key_set_clear(&reader->seen);
	reader->calls_left = (uint64_t)reader->info->max_entries * STEPS_PER_ENTRY + STEPS_MIN;
	reader->at_first = true;
	reader->sweep = 1;
	reader->state = PASS_MORE;
	return 0;
}

/* Move the cursor. 1: it is at a key, 0: the last sweep is complete. */
static int step(struct reader *reader, struct err *err)
{
	size_t size = reader->info->key_size;
	unsigned char *next = reader->cursor + size;
	int rc;

	while (reader->calls_left--) {
		rc = reader->calls->next_key(
			reader->info->fd, reader->at_first ? NULL : reader->cursor, next);
		if (rc == -EINTR)
			continue;
		if (rc == -ENOENT) {
			if (reader->at_first || reader->sweep == SWEEPS)
				return 0;
			reader->sweep++;
			reader->at_first = true;
			continue;
		}
		if (rc < 0)
			return fail(reader, rc, "finding the next key", err);
		memcpy(reader->cursor, next, size);
		reader->at_first = false;
		return 1;
	}
	return err_set(err, -EAGAIN,
		"map %s: its keys change faster than they can be walked (%u entries at most); "
		"the pass is given up",
		reader->info->name, reader->info->max_entries);
}

/* Take the entry at the cursor as a row, unless it was one already or has gone. */
static int take(struct reader *reader, struct err *err)
{
	int rc;

	if (key_set_has(&reader->seen, reader->cursor))
		return 0;
	rc = reader->calls->lookup(reader->info->fd, reader->cursor, row_value(reader));
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return fail(reader, rc, "looking up a key", err);
	rc = key_set_add(&reader->seen, reader->cursor);
	if (rc == -ENOSPC)
		return err_set(err, -EAGAIN,
			"map %s: more than twice its %u entries came by in one pass; the pass is "
			"given up",
			reader->info->name, reader->info->max_entries);
	if (rc < 0)
		return fail(reader, rc, "remembering a key", err);
	memcpy(row_key(reader), reader->cursor, reader->info->key_size);
	reader->count++;
	return 0;
}

int walk_hash(struct reader *reader, struct err *err)
{
	int rc = 0;

	if (reader->state == PASS_START)
		rc = start_hash(reader, err);
	reader->count = 0;
	while (rc == 0 && reader->count < reader->capacity) {
		rc = step(reader, err);
		if (rc == 0)
			return finish(reader);
		if (rc > 0)
			rc = take(reader, err);
	}
	return rc < 0 ? rc : 1;
}

int walk_array(struct reader *reader, struct err *err)
{
	int rc;

	if (reader->state == PASS_START)
		reader->index = 0;
	reader->state = PASS_MORE;
	reader->count = 0;
	while (reader->count < reader->capacity) {
		if (reader->index == reader->info->max_entries)
			return finish(reader);
		rc = reader->calls->lookup(reader->info->fd, &reader->index, row_value(reader));
		if (rc < 0 && rc != -ENOENT)
			return fail(reader, rc, "looking up an index", err);
		if (rc == 0) {
			memcpy(row_key(reader), &reader->index, sizeof(reader->index));
			reader->count++;
		}
		reader->index++;
	}
	return 1;
}
