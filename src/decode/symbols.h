/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of kernel addresses. /proc/kallsyms has more than 100,000 lines: they are read once for all
 * addresses of a batch, and only the names that were asked for are kept, until the next batch. The
 * file is opened when this is made, since the kernel decides at that moment whether it shows
 * addresses (kernel commit c0f3ea158939), and privileges may be gone later.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct symbols;

enum symbols_match {
	SYMBOLS_EXACT,	 /* the symbol that begins at the address */
	SYMBOLS_CONTAIN, /* the last one that begins there or before, not too far away */
};

/* `path` NULL: /proc/kallsyms. That it cannot be read is no error here: checking a definition needs
 * no symbols. -ENOMEM. */
int symbols_new(struct symbols **symbols, enum symbols_match match, const char *path,
	struct err *err) MUST_CHECK;
void symbols_free(struct symbols *symbols); /* accepts NULL */

/*
 * One pass over the file for many addresses: begin, say which are wanted, read. Replaces what was
 * found before. Room is for LIMIT_BATCH_ENTRIES different addresses: the rest is left out.
 */
void symbols_begin(struct symbols *symbols);
void symbols_want(struct symbols *symbols, uint64_t address);
void symbols_read(struct symbols *symbols);

/* False: the address was not wanted the last time. *name is NULL if it has none; valid until the
 * next symbols_begin. */
bool symbols_know(const struct symbols *symbols, uint64_t address, const char **name);

/* Why names are missing: -EINVAL with a sentence, the first time that this is asked after the file
 * could not be read; otherwise 0. So the entry is counted as undecodable and somebody reads why;
 * afterwards addresses have to do. */
int symbols_complain(struct symbols *symbols, struct err *err) MUST_CHECK;
