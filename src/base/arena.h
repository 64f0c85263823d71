/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that lives and dies together: one definition file, one collection, one series. */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first; zeroed struct arena is a valid, empty arena */
};

/* Zeroed, aligned for any type; NULL when out of memory. Lives until arena_reset or arena_fini. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Forget all, keep the newest block: steady state allocates nothing. */
void arena_reset(struct arena *arena);
void arena_fini(struct arena *arena);
