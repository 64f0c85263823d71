/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who runs a pack should know, and what is no error. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "config/position.h"

struct note {
	const char *text; /* "FILE:LINE:COLUMN: ..." */
	const struct note *next;
};

/* Put a note behind those in the list; nothing when out of memory. */
void note_add(struct arena *arena, const struct note **list, const char *file, struct position at,
	const char *format, ...) PRINTF_LIKE(5, 6);
