/* SPDX-License-Identifier: Apache-2.0 */
/* What pins*.c share. */
#pragma once

#include "app/pins.h"
#include "base/compiler.h"
#include "base/log.h"
#include "probe/kept.h"

#include <limits.h>

struct pin {
	struct pin *next;
	struct pins *pins;
	char name[NAME_MAX + 1];
	char folder[PATH_MAX];
	struct kept memory;
	struct book *book; /* in it; NULL: there is none that we know */
	struct pin_of of;  /* without a scope: this run has not started it */
	bool is_old, has_other_object;
};

struct pins {
	const char *directory;
	enum temporality_preference temporality;
	int fd; /* of the folder, locked */
	struct kept root_memory;
	struct book_root *root; /* in it */
	struct kept request;
	char request_path[PATH_MAX];
	struct pin *all;
	uint64_t collection; /* the epoch of the last snapshot's marks; 0: none in this run */
	struct log_repeat failures;
};

/* The book of a pack that is complete, and of this version; undamaged, if it is one that `check`
 * (book_check, or book_check_head while another process writes) finds so. */
int pin_open_book(struct pin *pin, bool (*check)(const struct book *book, size_t size)) MUST_CHECK;

/* Why what is found cannot be gone on with. */
extern const char pins_unknown[];
