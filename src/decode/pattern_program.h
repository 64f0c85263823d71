/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern as steps of Pike's machine: what pattern_program.c hands to pattern.c. */
#pragma once

#include "decode/pattern_tree.h"

enum opcode {
	OP_RUNE,
	OP_ASSERT,
	OP_SAVE,  /* the position, in slot x */
	OP_JUMP,  /* to x */
	OP_SPLIT, /* to x, or else to y */
	OP_MATCH,
};

struct step {
	enum opcode op;
	uint32_t x, y;
	const struct node *node; /* OP_RUNE, OP_ASSERT */
};

struct program {
	struct step *steps;
	uint32_t count;
	uint32_t visits; /* of nodes, while it is made */
	bool too_large;
};

/* `program` is zeroed before; the steps are the caller's to free, also after failure. They refer to
 * the tree. -E2BIG if there are more than LIMIT_PATTERN_STEPS, -ENOMEM. */
int program_compile(struct program *program, const struct node *root) MUST_CHECK;
