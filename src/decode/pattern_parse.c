/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pattern_parse.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"

enum {
	DEPTH_MAX = 64,
	REPEAT_MAX = 1000, /* as in RE2 */
};

static struct node *parse_alternatives(struct parse *parse);

void *parse_mistake(struct parse *parse, const char *text)
{
	if (!parse->code)
		parse->code = err_set(parse->err, -EINVAL,
			"found %s at byte %zu of the pattern '%.200s'", text,
			(size_t)(parse->at - parse->start) + 1, parse->start);
	return NULL;
}

void *parse_no_memory(struct parse *parse)
{
	if (!parse->code)
		parse->code = err_set(parse->err, -ENOMEM, "out of memory");
	return NULL;
}

struct node *node_make(struct parse *parse, enum node_kind kind)
{
	struct node *node = arena_alloc(parse->arena, sizeof(*node));

	if (!node)
		return parse_no_memory(parse);
	node->kind = kind;
	return node;
}

void node_add_child(struct node *parent, struct node *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

uint32_t parse_rune(struct parse *parse)
{
	size_t size;
	uint32_t rune = rune_at(parse->at, strlen(parse->at), &size);

	parse->at += size;
	return rune;
}

bool parse_skip(struct parse *parse, const char *text)
{
	size_t length = strlen(text);

	if (strncmp(parse->at, text, length) != 0)
		return false;
	parse->at += length;
	return true;
}

static struct node *assert_node(struct parse *parse, enum assertion assertion)
{
	struct node *node = node_make(parse, NODE_ASSERT);

	if (node)
		node->assertion = assertion;
	return node;
}

/* One character of \Q...\E. */
static struct node *parse_quoted(struct parse *parse)
{
	struct node *node = parse_literal(parse, parse_rune(parse));

	parse->quoted = *parse->at && !parse_skip(parse, "\\E");
	return node;
}

/* Behind the backslash. */
static struct node *parse_backslash(struct parse *parse)
{
	static const struct {
		char letter;
		enum assertion assertion;
	} assertions[] = {{'A', ASSERT_TEXT_BEGIN}, {'z', ASSERT_TEXT_END}, {'b', ASSERT_WORD},
		{'B', ASSERT_NO_WORD}};

	for (size_t i = 0; i < ARRAY_SIZE(assertions); i++) {
		if (*parse->at == assertions[i].letter) {
			parse->at++;
			return assert_node(parse, assertions[i].assertion);
		}
	}
	return parse_escaped(parse);
}

/* Behind "(?": letters up to ')' or ':'. */
static bool parse_flags(struct parse *parse)
{
	bool value = true, any = false;

	for (; *parse->at && *parse->at != ')' && *parse->at != ':'; parse->at++) {
		switch (*parse->at) {
		case 'i':
			parse->flags.fold = value;
			break;
		case 'm':
			parse->flags.lines = value;
			break;
		case 's':
			parse->flags.dot_all = value;
			break;
		case 'U':
			parse->flags.ungreedy = value;
			break;
		case '-':
			if (!value)
				return false;
			value = false;
			continue;
		default:
			return false;
		}
		any = true;
	}
	return *parse->at && (any || (value && *parse->at == ':'));
}

/* "(?P<name>" or "(?<name>" behind the parenthesis: a capturing group. False if it is none. */
static bool skip_group_name(struct parse *parse)
{
	const char *end;

	if (!parse_skip(parse, "?P<") && !parse_skip(parse, "?<"))
		return false;
	end = strchr(parse->at, '>');
	if (!end || end == parse->at)
		parse_mistake(parse, "a group without a name");
	else
		parse->at = end + 1;
	return true;
}

/* Behind '('. */
static struct node *parse_group(struct parse *parse)
{
	struct flags outer = parse->flags;
	struct node *node = NULL, *inner;
	bool captures = skip_group_name(parse) || *parse->at != '?';

	if (!captures) {
		parse->at++;
		if (!parse_flags(parse))
			return parse_mistake(parse, "an unknown kind of group");
		/* "(?i)" holds up to the end of the group that it stands in. */
		if (*parse->at++ == ')')
			return node_make(parse, NODE_EMPTY);
	} else {
		parse->groups++;
	}
	if (++parse->depth > DEPTH_MAX)
		return parse_mistake(parse, "too many groups inside each other");
	inner = parse_alternatives(parse);
	if (!inner)
		return NULL;
	if (!parse_skip(parse, ")"))
		return parse_mistake(parse, "no ) at the end");
	parse->depth--;
	parse->flags = outer;
	if (!captures)
		return inner;
	node = node_make(parse, NODE_GROUP);
	if (node)
		node_add_child(node, inner);
	return node;
}

static struct node *parse_atom(struct parse *parse)
{
	if (!parse->quoted && parse_skip(parse, "\\Q")) {
		parse->quoted = *parse->at && !parse_skip(parse, "\\E");
		if (!parse->quoted)
			return node_make(parse, NODE_EMPTY);
	}
	if (parse->quoted)
		return parse_quoted(parse);
	if (parse_skip(parse, "("))
		return parse_group(parse);
	if (parse_skip(parse, "["))
		return parse_brackets(parse);
	if (parse_skip(parse, "\\"))
		return parse_backslash(parse);
	if (parse_skip(parse, "."))
		return parse_dot(parse);
	if (parse_skip(parse, "^"))
		return assert_node(
			parse, parse->flags.lines ? ASSERT_LINE_BEGIN : ASSERT_TEXT_BEGIN);
	if (parse_skip(parse, "$"))
		return assert_node(parse, parse->flags.lines ? ASSERT_LINE_END : ASSERT_TEXT_END);
	if (strchr("*+?", *parse->at))
		return parse_mistake(parse, "a repetition of nothing");
	return parse_literal(parse, parse_rune(parse));
}

static bool parse_number(struct parse *parse, uint32_t *number)
{
	const char *start = parse->at;

	for (*number = 0; *parse->at >= '0' && *parse->at <= '9'; parse->at++)
		if (*number <= REPEAT_MAX)
			*number = *number * 10 + (uint32_t)(*parse->at - '0');
	return parse->at > start;
}

/* "{2}", "{2,}", "{2,5}". What looks otherwise is text, as in RE2. */
static bool parse_braces(struct parse *parse, uint32_t *min, uint32_t *max)
{
	const char *start = parse->at;
	bool good = parse_skip(parse, "{") && parse_number(parse, min);

	*max = *min;
	if (good && parse_skip(parse, ",") && !parse_number(parse, max))
		*max = REPEAT_FOREVER;
	if (good && parse_skip(parse, "}")) {
		if (*min > REPEAT_MAX || (*max > REPEAT_MAX && *max != REPEAT_FOREVER) ||
			*max < *min)
			parse_mistake(
				parse, "a repetition that is out of order or of more than 1000");
		return true;
	}
	parse->at = start;
	return false;
}

static bool parse_repetition(struct parse *parse, uint32_t *min, uint32_t *max)
{
	*min = *parse->at == '+';
	*max = *parse->at == '?' ? 1 : REPEAT_FOREVER;
	if (*parse->at && strchr("*+?", *parse->at)) {
		parse->at++;
		return true;
	}
	return parse_braces(parse, min, max);
}

static struct node *parse_repeated(struct parse *parse)
{
	struct node *atom = parse_atom(parse), *node;
	uint32_t min, max;

	if (!atom || parse->quoted || !parse_repetition(parse, &min, &max))
		return atom;
	node = node_make(parse, NODE_REPEAT);
	if (!node)
		return NULL;
	node_add_child(node, atom);
	node->min = min;
	node->max = max;
	node->lazy = parse_skip(parse, "?") != parse->flags.ungreedy;
	if (parse_repetition(parse, &min, &max))
		return parse_mistake(parse, "a repetition of a repetition");
	return node;
}

static struct node *parse_sequence(struct parse *parse)
{
	struct node *node = node_make(parse, NODE_CAT);

	while (node && *parse->at && (parse->quoted || (*parse->at != '|' && *parse->at != ')'))) {
		struct node *child = parse_repeated(parse);

		if (!child || parse->code)
			return NULL;
		node_add_child(node, child);
	}
	return node;
}

static struct node *parse_alternatives(struct parse *parse)
{
	struct node *node = node_make(parse, NODE_ALT);

	do {
		struct node *child = node ? parse_sequence(parse) : NULL;

		if (!child)
			return NULL;
		node_add_child(node, child);
	} while (parse_skip(parse, "|"));
	return node;
}

int pattern_parse(const char *text, struct arena *arena, struct node **root, unsigned int *groups,
	struct err *err)
{
	struct parse parse = {.start = text, .at = text, .arena = arena, .err = err};

	if (strlen(text) > LIMIT_PATTERN_BYTES)
		return err_set(err, -EINVAL, "found a pattern of %zu bytes, expected at most %d",
			strlen(text), LIMIT_PATTERN_BYTES);
	*root = parse_alternatives(&parse);
	if (!parse.code && *parse.at)
		parse_mistake(&parse, "a ) that nothing opened");
	*groups = parse.groups;
	return parse.code;
}
