/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BPF_MAP_LOOKUP_BATCH. A hash map is read bucket by bucket under the bucket's lock, and a key
 * never changes its bucket, so no row comes twice and none that stays is missed
 * (kernel/bpf/hashtab.c,
 * __htab_map_lookup_and_delete_batch).
 */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "read/reader_private.h"

enum {
	/* Largest batch that a long bucket may ask for; past that the map is walked. */
	BATCH_BYTES_MAX = 64 << 20,
	/* The kernel gives up for the moment when a bucket's lock is held by what it interrupted.
	 */
	BUSY_CALLS = 1000,
};

static void start(struct reader *reader)
{
	reader->positioned = false;
	/* Each call that succeeds passes at least one bucket or index; a hash map has at most twice
	 * as many buckets as entries. */
	reader->calls_left = (uint64_t)reader->info->max_entries * 2 + BUSY_CALLS;
	reader->state = PASS_MORE;
}

static int call(struct reader *reader)
{
	uint32_t *in = &reader->positions[reader->position];
	uint32_t *out = &reader->positions[!reader->position];
	int rc;

	reader->count = reader->capacity;
	rc = reader->calls->lookup_batch(reader->info->fd, reader->positioned ? in : NULL, out,
		reader->keys, reader->values, &reader->count);
	return rc;
}

static void advance(struct reader *reader)
{
	reader->position = !reader->position;
	reader->positioned = true;
}

static int grow(struct reader *reader, struct err *err)
{
	uint64_t row = reader->info->key_size + reader->value_stride;
	uint64_t capacity = (uint64_t)reader->capacity * 2;

	if (capacity > reader->info->max_entries)
		capacity = reader->info->max_entries;
	if (capacity > LIMIT_BATCH_ENTRIES)
		capacity = LIMIT_BATCH_ENTRIES;
	if (capacity <= reader->capacity || capacity * row > BATCH_BYTES_MAX)
		return -ENOSPC;
	return reader_resize(reader, (uint32_t)capacity, err);
}

/* What a failed call means: 0: call again, 1: rows, or a negative errno. */
static int judge(struct reader *reader, int rc, struct err *err)
{
	switch (rc) {
	case -ENOSPC:
		rc = grow(reader, err);
		if (rc != -ENOSPC)
			break;
		if (!reader->positioned)
			return -ENOTSUP;
		reader->no_batch = true; /* the next pass walks */
		break;
	case -EINTR:
	case -EAGAIN:
	case -EBUSY:
		/* The rows before the bucket that was busy are there, and the cursor behind them.
		 */
		if (!reader->count)
			return 0;
		advance(reader);
		return 1;
	case -EINVAL:
	case -EPERM:
	case -ENOTSUP:
	case -ENOTSUPP:
		if (!reader->positioned)
			return -ENOTSUP;
		break;
	default:
		break;
	}
	if (rc < 0)
		return err_set(err, rc, "map %s: reading a batch of up to %u entries failed: %s",
			reader->info->name, reader->capacity, strerror(-rc));
	return 0;
}

int batch_next(struct reader *reader, struct err *err)
{
	int rc;

	if (reader->state == PASS_START)
		start(reader);
	while (reader->calls_left--) {
		rc = call(reader);
		if (reader->count > reader->capacity)
			return err_set(err, -EIO,
				"map %s: the kernel counts %u entries in a batch of at most %u",
				reader->info->name, reader->count, reader->capacity);
		if (rc == -ENOENT) {
			reader->state = PASS_DONE;
			return reader->count ? 1 : 0;
		}
		if (rc == 0) {
			advance(reader);
			rc = reader->count ? 1 : 0;
		} else {
			rc = judge(reader, rc, err);
		}
		if (rc)
			return rc;
	}
	return err_set(err, -EAGAIN,
		"map %s: the kernel does not come to the map's end; the pass is given up",
		reader->info->name);
}
