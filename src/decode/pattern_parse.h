/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the parser share. A mistake is sticky: the first one counts. */
#pragma once

#include "decode/pattern_tree.h"

struct flags {
	bool fold, lines, dot_all, ungreedy; /* i, m, s, U */
};

struct parse {
	const char *start, *at;
	struct arena *arena;
	struct err *err;
	struct flags flags;
	bool quoted; /* inside \Q...\E */
	unsigned int groups, depth;
	int code; /* of the first mistake */
};

/* Both return NULL. */
void *parse_mistake(struct parse *parse, const char *text);
void *parse_no_memory(struct parse *parse);

struct node *node_make(struct parse *parse, enum node_kind kind);
void node_add_child(struct node *parent, struct node *child);

uint32_t parse_rune(struct parse *parse);
/* True if the text stands here; it is passed then. */
bool parse_skip(struct parse *parse, const char *text);

/* pattern_set.c; NULL after a mistake. */
struct node *parse_literal(struct parse *parse, uint32_t rune);
struct node *parse_dot(struct parse *parse);
/* Behind '['. */
struct node *parse_brackets(struct parse *parse);
/* Behind a backslash: \d and the like, or one character. */
struct node *parse_escaped(struct parse *parse);
