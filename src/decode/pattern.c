/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "decode/pattern_program.h"

enum {
	SLOTS = 4, /* begin and end of the match, begin and end of the group */
	UNSET = UINT32_MAX,
	NO_SLOT = -1,
};

struct thread {
	uint32_t step;
	uint32_t slots[SLOTS];
};

struct list {
	struct thread *threads; /* the ones in front are preferred */
	size_t count;
};

/* What is to be done when the way that is gone now comes to its end. */
struct pending {
	int slot; /* to be set back; NO_SLOT: go on at `value` */
	uint32_t value;
};

struct pattern {
	struct arena arena; /* of the tree, which has the ranges */
	struct program program;
	unsigned int groups;
	/* Of one match: */
	struct list now, next;
	struct pending *stack;
	uint64_t *seen; /* by step: the position, counted over all matches, that it was met at */
	uint64_t turn;
	const char *text;
	size_t length;
};

static bool is_word(uint32_t rune)
{
	return (rune >= '0' && rune <= '9') || (rune >= 'a' && rune <= 'z') ||
	       (rune >= 'A' && rune <= 'Z') || rune == '_';
}

static bool holds(const struct pattern *pattern, enum assertion assertion, size_t at)
{
	/* What these look at is ASCII, and no byte of a longer character is. */
	uint32_t before = at ? (unsigned char)pattern->text[at - 1] : '\n';
	uint32_t after = at < pattern->length ? (unsigned char)pattern->text[at] : '\n';

	switch (assertion) {
	case ASSERT_TEXT_BEGIN:
		return at == 0;
	case ASSERT_TEXT_END:
		return at == pattern->length;
	case ASSERT_LINE_BEGIN:
		return before == '\n';
	case ASSERT_LINE_END:
		return after == '\n';
	case ASSERT_WORD:
		return is_word(before) != is_word(after);
	case ASSERT_NO_WORD:
		return is_word(before) == is_word(after);
	}
	return false;
}

/* Go from the step to all that read a character or match, and put these on the list. Each step is
 * visited once per position, so what is pending is never more than there are steps. */
static void follow(
	struct pattern *pattern, struct list *list, uint32_t at_step, size_t at, uint32_t *slots)
{
	size_t depth = 0;

	pattern->stack[depth++] = (struct pending){NO_SLOT, at_step};
	while (depth) {
		struct pending pending = pattern->stack[--depth];
		uint32_t i = pending.value;

		if (pending.slot != NO_SLOT)
			slots[pending.slot] = pending.value;
		while (pending.slot == NO_SLOT && pattern->seen[i] != pattern->turn) {
			const struct step *step = &pattern->program.steps[i];

			pattern->seen[i] = pattern->turn;
			if (step->op == OP_JUMP) {
				i = step->x;
			} else if (step->op == OP_SPLIT) {
				pattern->stack[depth++] = (struct pending){NO_SLOT, step->y};
				i = step->x;
			} else if (step->op == OP_SAVE) {
				pattern->stack[depth++] = (struct pending){
					(int)step->x, slots[step->x]};
				slots[step->x] = (uint32_t)at;
				i++;
			} else if (step->op == OP_ASSERT) {
				if (!holds(pattern, step->node->assertion, at))
					break;
				i++;
			} else {
				struct thread *thread = &list->threads[list->count++];

				thread->step = i;
				memcpy(thread->slots, slots, sizeof(thread->slots));
				break;
			}
		}
	}
}

static bool has_rune(const struct node *node, uint32_t rune)
{
	size_t low = 0, high = node->range_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (rune < node->ranges[middle].low)
			high = middle;
		else if (rune > node->ranges[middle].high)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

/* Let all threads read the character; true, with the slots of the match, if one of them ends here.
 * Those behind it are given up: it is preferred to them. */
static bool advance(struct pattern *pattern, uint32_t rune, size_t next_at, uint32_t match[SLOTS])
{
	bool matched = false;

	pattern->next.count = 0;
	pattern->turn++;
	for (size_t i = 0; i < pattern->now.count && !matched; i++) {
		struct thread *thread = &pattern->now.threads[i];
		const struct step *step = &pattern->program.steps[thread->step];

		matched = step->op == OP_MATCH;
		if (matched)
			memcpy(match, thread->slots, sizeof(thread->slots));
		else if (has_rune(step->node, rune))
			follow(pattern, &pattern->next, thread->step + 1, next_at, thread->slots);
	}
	return matched;
}

static bool search(struct pattern *pattern, uint32_t match[SLOTS])
{
	bool matched = false;

	pattern->now.count = 0;
	pattern->turn++;
	for (size_t at = 0, size = 1; at <= pattern->length; at += size) {
		uint32_t begin[SLOTS] = {UNSET, UNSET, UNSET, UNSET}, rune = UNSET;
		struct list done = pattern->now;

		/* A match may begin anywhere; one that begins later comes last. */
		if (!matched)
			follow(pattern, &pattern->now, 0, at, begin);
		else if (!pattern->now.count)
			break;
		if (at < pattern->length)
			rune = rune_at(pattern->text + at, pattern->length - at, &size);
		matched |= advance(pattern, rune, at + size, match);
		pattern->now = pattern->next;
		pattern->next = done;
	}
	return matched;
}

static struct span make_span(const struct pattern *pattern, const uint32_t slots[2])
{
	if (slots[0] == UNSET || slots[1] == UNSET)
		return (struct span){NULL, 0};
	return (struct span){pattern->text + slots[0], slots[1] - slots[0]};
}

bool pattern_match(struct pattern *pattern, const char *text, size_t length, struct span *whole,
	struct span *group)
{
	uint32_t match[SLOTS];

	if (length >= UNSET)
		return false;
	pattern->text = text;
	pattern->length = length;
	if (!search(pattern, match))
		return false;
	*whole = make_span(pattern, &match[0]);
	*group = make_span(pattern, &match[2]);
	return true;
}

static int allocate(struct pattern *pattern, struct err *err)
{
	size_t count = pattern->program.count;

	pattern->now.threads = malloc(count * sizeof(struct thread));
	pattern->next.threads = malloc(count * sizeof(struct thread));
	pattern->stack = malloc((count + 1) * sizeof(*pattern->stack));
	pattern->seen = calloc(count, sizeof(*pattern->seen));
	if (!pattern->now.threads || !pattern->next.threads || !pattern->stack || !pattern->seen)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int build(struct pattern *pattern, const char *text, struct err *err)
{
	struct node *root;
	int code = pattern_parse(text, &pattern->arena, &root, &pattern->groups, err);

	if (code)
		return code;
	if (pattern->groups > 1)
		return err_set(err, -EINVAL,
			"found %u groups in the pattern '%.200s', expected at most one that "
			"captures: (?:...) does not",
			pattern->groups, text);
	code = program_compile(&pattern->program, root);
	if (code == -E2BIG)
		return err_set(err, -EINVAL,
			"found the pattern '%.200s', which has more than %d steps when its "
			"repetitions are written out",
			text, LIMIT_PATTERN_STEPS);
	if (code)
		return err_set(err, code, "out of memory");
	return allocate(pattern, err);
}

int pattern_new(struct pattern **result, const char *text, struct err *err)
{
	struct pattern *pattern = calloc(1, sizeof(*pattern));
	int code;

	if (!pattern)
		return err_set(err, -ENOMEM, "out of memory");
	code = build(pattern, text, err);
	if (code)
		pattern_free(pattern);
	else
		*result = pattern;
	return code;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	free(pattern->program.steps);
	free(pattern->now.threads);
	free(pattern->next.threads);
	free(pattern->stack);
	free(pattern->seen);
	arena_fini(&pattern->arena);
	free(pattern);
}

unsigned int pattern_groups(const struct pattern *pattern)
{
	return pattern->groups;
}
