/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed pattern: what pattern_parse.c hands to pattern.c. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind {
	NODE_EMPTY,
	NODE_RUNES, /* one character of `ranges` */
	NODE_ASSERT,
	NODE_GROUP, /* capturing */
	NODE_CAT,   /* children one after the other */
	NODE_ALT,   /* one of the children; the first that matches */
	NODE_REPEAT,
};

enum assertion {
	ASSERT_TEXT_BEGIN,
	ASSERT_TEXT_END,
	ASSERT_LINE_BEGIN,
	ASSERT_LINE_END,
	ASSERT_WORD, /* between \w and \W */
	ASSERT_NO_WORD,
};

enum {
	REPEAT_FOREVER = UINT32_MAX,
	RUNE_LAST = 0x10ffff,
	RUNE_BAD = 0xfffd,
};

struct range {
	uint32_t low, high;
};

struct node {
	enum node_kind kind;
	struct node *first, *last, *next; /* children; `next` of the same parent */
	const struct range *ranges;	  /* sorted, apart from each other */
	size_t range_count;
	enum assertion assertion;
	uint32_t min, max;
	bool lazy;
};

/* The tree lives in `arena`. *groups: how many capture. -EINVAL, -ENOMEM. */
int pattern_parse(const char *text, struct arena *arena, struct node **root, unsigned int *groups,
	struct err *err) MUST_CHECK;

/* The character at `text`, of `length` > 0 bytes; *size says how many it takes. RUNE_BAD with size
 * 1 for what is no UTF-8. */
uint32_t rune_at(const char *text, size_t length, size_t *size);
