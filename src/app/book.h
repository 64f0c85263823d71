/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks in memory that outlives the process, right at whatever instant it ends. All of it carries
 * checksums: what anything else wrote there is found before it is used.
 *
 * All books of a folder share an epoch, one word, which whoever keeps them raises when all that
 * belongs to the next epoch has been written: that store is what counts. What was written for an
 * epoch that never came is ignored. A book has two generations of marks, of which the one that
 * counts is never written to, and beside each what was acknowledged since.
 *
 * Only the order of stores matters, and only as the compiler sees it: who reads is another process,
 * after this one's end.
 */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "model/marks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BOOK_VERSION = 2,
	BOOK_RANGES = 48, /* acknowledged in one generation */
	BOOK_SMALLEST = 16 << 10,
};

/* What the books of a folder share. */
struct book_root {
	char magic[8]; /* "otelbpf" */
	uint32_t version;
	uint32_t unused; /* 0 */
	uint64_t epoch;	 /* with its checksum, as all that are called epoch here: book_epoch() */
};

void book_root_init(struct book_root *root);
/* False if it is of another version of this format, or none. */
bool book_root_check(const struct book_root *root);
uint64_t book_epoch(const struct book_root *root); /* 0: it is damaged */
/* What was written for the next epoch counts from now on. */
void book_root_advance(struct book_root *root);

/* A generation of marks. */
struct book_entry {
	uint64_t epoch;	     /* 0: none */
	uint64_t collection; /* the epoch in which that was written first */
	uint64_t time;	     /* UNIX ns, of the collection */
	uint64_t offset, length;
	uint64_t scope; /* of its snapshot */
	uint64_t sum;	/* of the above, but for the offset, and of the marks */
};

struct book_acknowledged {
	uint64_t epoch;
	uint64_t entry; /* the epoch of the generation that it belongs to */
	uint32_t count, unused;
	uint64_t sum; /* of the above, and of the ranges that count */
	struct marks_range ranges[BOOK_RANGES];
};

/* What makes a pack the same. */
struct book_identity {
	uint64_t layout; /* fingerprint of maps, programs and metrics */
	uint64_t object; /* of the object's file */
};

/* At the start of a book's memory. */
struct book {
	char magic[8];
	uint32_t version, marks_version;
	uint32_t complete; /* everything is pinned */
	uint32_t counts;   /* programs count while no process runs */
	uint64_t created;  /* UNIX ns */
	struct book_identity identity;
	char maker[32]; /* the version of otelbpf */
	uint64_t sum;	/* of the above, but for `complete` */
	struct book_entry entries[2];
	struct book_acknowledged acknowledged[2];
};

/* Zeroed memory becomes a book without marks. */
void book_init(struct book *book, const struct book_identity *identity, const char *maker,
	uint64_t created);
/* All is pinned, and programs count while no process runs, or do not. */
void book_complete(struct book *book, bool counts, uint64_t created);
void book_spoil(struct book *book); /* as if that had never been */
/* Of this version; the marks may be written at this moment. */
bool book_check_head(const struct book *book, size_t size);
/* And undamaged, with everything in it inside `size` bytes. */
bool book_check(const struct book *book, size_t size);
/* Before the first write: what was written for epochs that never came is forgotten. */
void book_repair(struct book *book, uint64_t epoch);

/* The marks that count; NULL: there are none. */
const struct book_entry *book_last(const struct book *book, uint64_t epoch);
static inline const void *book_marks(const struct book *book, const struct book_entry *entry)
{
	return (const uint8_t *)book + entry->offset;
}
/* What of them was acknowledged since; *count of them. */
const struct marks_range *book_ranges(const struct book *book, uint64_t epoch, size_t *count);

/* Write a generation for the next epoch: marks go into *out, which does not grow. */
void book_begin(struct book *book, size_t size, uint64_t epoch, struct buf *out);
/* They are all there. Of `about` what it says about the collection. */
void book_end(
	struct book *book, uint64_t epoch, const struct buf *out, const struct book_entry *about);

/* One more range for the next epoch. False if there is no room: a generation has to be written. */
bool book_acknowledge(struct book *book, uint64_t epoch, const struct marks_range *range);

/* What a snapshot has from one place to another, of one scope. False if that is nothing. */
bool book_range(struct marks_range *range, uint64_t scope, const struct snapshot_place *from,
	const struct snapshot_place *to);

/* A larger book gets what counts in a smaller one. */
void book_copy(struct book *to, size_t size, const struct book *from, uint64_t epoch);

/*
 * The request that is under way: should the process end before its outcome is known, then the same
 * bytes can be sent again. It counts in the epoch in which it was written, and no longer.
 */
struct book_request {
	char magic[8];
	uint32_t version, unused;
	uint64_t epoch; /* 0: none */
	uint64_t collection;
	uint64_t points, length;
	struct snapshot_place from, to;
	uint64_t sum; /* of the above, and of the bytes */
	uint8_t bytes[];
};

/* `request` has room for `length` bytes. */
void book_request_write(struct book_request *request, uint64_t epoch,
	const struct book_request *about, const void *bytes);
/* Whether there is one in so much memory: 1; 0: no; -EINVAL: there may have been, it is damaged. */
int book_request_check(const struct book_request *request, size_t size, uint64_t epoch) MUST_CHECK;
