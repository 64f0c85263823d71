/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pattern_program.h"

#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"

enum {
	NOWHERE = UINT32_MAX
};

static uint32_t emit(struct program *program, struct step step)
{
	if (program->count == LIMIT_PATTERN_STEPS) {
		program->too_large = true;
		return 0;
	}
	program->steps[program->count] = step;
	return program->count++;
}

static void compile(struct program *program, const struct node *node);

/* `a|b|c`: try each, then jump behind all of them. */
static void compile_alternatives(struct program *program, const struct node *node)
{
	uint32_t jumps = NOWHERE; /* their targets are a list until they are known */

	for (const struct node *child = node->first; child; child = child->next) {
		uint32_t split = NOWHERE;

		if (child->next)
			split = emit(program, (struct step){.op = OP_SPLIT});
		compile(program, child);
		if (!child->next || program->too_large)
			break;
		jumps = emit(program, (struct step){.op = OP_JUMP, .x = jumps});
		program->steps[split].x = split + 1;
		program->steps[split].y = program->count;
	}
	while (jumps != NOWHERE && !program->too_large) {
		uint32_t next = program->steps[jumps].x;

		program->steps[jumps].x = program->count;
		jumps = next;
	}
}

static void set_split(struct step *split, uint32_t body, uint32_t out, bool lazy)
{
	split->x = lazy ? out : body;
	split->y = lazy ? body : out;
}

static bool can_be_empty(const struct node *node)
{
	bool empty = node->kind != NODE_RUNES && node->kind != NODE_ALT;

	if (node->kind == NODE_REPEAT && !node->min)
		return true;
	for (const struct node *child = node->first; child; child = child->next) {
		if (node->kind == NODE_ALT)
			empty |= can_be_empty(child);
		else
			empty &= can_be_empty(child);
	}
	return empty;
}

/* Any number of times. */
static void compile_star(struct program *program, const struct node *body, bool lazy)
{
	uint32_t split = emit(program, (struct step){.op = OP_SPLIT}), more = split;

	compile(program, body);
	/* What took nothing has been at the first split, but counts as a turn: the way on from
	 * there is another one. */
	if (can_be_empty(body))
		more = emit(program, (struct step){.op = OP_SPLIT});
	else
		emit(program, (struct step){.op = OP_JUMP, .x = split});
	set_split(&program->steps[split], split + 1, program->count, lazy);
	set_split(&program->steps[more], split + 1, program->count, lazy);
}

/* Up to `count` times: (x(x(x)?)?)? */
static void compile_optional(
	struct program *program, const struct node *body, uint32_t count, bool lazy)
{
	uint32_t splits = NOWHERE; /* a list through `x` until their target is known */

	for (uint32_t i = 0; i < count && !program->too_large; i++) {
		splits = emit(program, (struct step){.op = OP_SPLIT, .x = splits});
		compile(program, body);
	}
	while (splits != NOWHERE && !program->too_large) {
		uint32_t next = program->steps[splits].x;

		set_split(&program->steps[splits], splits + 1, program->count, lazy);
		splits = next;
	}
}

static void compile_repeat(struct program *program, const struct node *node)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < node->min && !program->too_large; i++) {
		last = program->count;
		compile(program, node->first);
	}
	if (node->max != REPEAT_FOREVER) {
		compile_optional(program, node->first, node->max - node->min, node->lazy);
	} else if (node->min) {
		uint32_t split = emit(program, (struct step){.op = OP_SPLIT});

		set_split(&program->steps[split], last, split + 1, node->lazy);
	} else {
		compile_star(program, node->first, node->lazy);
	}
}

static void compile(struct program *program, const struct node *node)
{
	/* Repetitions of nothing make no steps, but take their time. */
	if (++program->visits > 8 * LIMIT_PATTERN_STEPS)
		program->too_large = true;
	if (program->too_large)
		return;
	switch (node->kind) {
	case NODE_EMPTY:
		break;
	case NODE_RUNES:
		emit(program, (struct step){.op = OP_RUNE, .node = node});
		break;
	case NODE_ASSERT:
		emit(program, (struct step){.op = OP_ASSERT, .node = node});
		break;
	case NODE_GROUP:
		emit(program, (struct step){.op = OP_SAVE, .x = 2});
		compile(program, node->first);
		emit(program, (struct step){.op = OP_SAVE, .x = 3});
		break;
	case NODE_CAT:
		for (const struct node *child = node->first; child && !program->too_large;
			child = child->next)
			compile(program, child);
		break;
	case NODE_ALT:
		compile_alternatives(program, node);
		break;
	case NODE_REPEAT:
		compile_repeat(program, node);
		break;
	}
}

int program_compile(struct program *program, const struct node *root)
{
	struct step *steps;

	program->steps = malloc(LIMIT_PATTERN_STEPS * sizeof(*program->steps));
	if (!program->steps)
		return -ENOMEM;
	emit(program, (struct step){.op = OP_SAVE, .x = 0});
	compile(program, root);
	emit(program, (struct step){.op = OP_SAVE, .x = 1});
	emit(program, (struct step){.op = OP_MATCH});
	if (program->too_large)
		return -E2BIG;
	steps = realloc(program->steps, program->count * sizeof(*steps));
	if (steps)
		program->steps = steps;
	return 0;
}
