/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each row of a map had when it was last read. Several rows may be one series: when one of
 * them goes, or counts anew, the model must be told how much of the series that was.
 */
#pragma once

#include "base/compiler.h"

#include <stddef.h>
#include <stdint.h>

/* Zeroed, with `width` set, is empty. */
struct memos {
	size_t width; /* words of a row; 0: nothing is remembered */
	uint64_t *words;
	uint32_t count, capacity; /* memos that were ever given out, and that have room */
	uint32_t unused;	  /* head of the list of those that were given back; 0: none */
};

void memos_fini(struct memos *memos);

/* A memo full of zeros: its number, never 0; or 0 when out of memory. */
uint32_t memo_new(struct memos *memos);
void memo_free(struct memos *memos, uint32_t memo);
/* Valid until the next memo_new. */
uint64_t *memo_words(const struct memos *memos, uint32_t memo);
