/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of characters: literals, escapes, classes, brackets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "decode/pattern_parse.h"

enum {
	RANGES_MAX = 512
};

struct set {
	struct range ranges[RANGES_MAX];
	size_t count;
};

uint32_t rune_at(const char *text, size_t length, size_t *size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t want = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	uint32_t rune;

	*size = 1;
	if (want == 1)
		return bytes[0];
	if (want > length || !utf8_is_valid(text, want))
		return RUNE_BAD;
	rune = bytes[0] & (0x7fu >> want);
	for (size_t i = 1; i < want; i++)
		rune = rune << 6 | (bytes[i] & 0x3fu);
	*size = want;
	return rune;
}

static int compare_ranges(const void *a, const void *b)
{
	uint32_t x = ((const struct range *)a)->low, y = ((const struct range *)b)->low;

	return x < y ? -1 : x > y;
}

static void set_add(struct parse *parse, struct set *set, uint32_t low, uint32_t high)
{
	/* One is kept free: negated, there may be one more. */
	if (set->count >= RANGES_MAX - 1)
		parse_mistake(parse, "too many characters in [...]");
	else
		set->ranges[set->count++] = (struct range){low, high};
}

/* The part of a range that lies in the ASCII letters from `first` on, in the other case. */
static void add_other_case(
	struct parse *parse, struct set *set, struct range range, uint32_t first, uint32_t other)
{
	uint32_t low = range.low > first ? range.low : first;
	uint32_t high = range.high < first + 25 ? range.high : first + 25;

	if (low <= high)
		set_add(parse, set, low - first + other, high - first + other);
}

static void set_fold(struct parse *parse, struct set *set)
{
	for (size_t i = 0, count = set->count; i < count; i++) {
		add_other_case(parse, set, set->ranges[i], 'a', 'A');
		add_other_case(parse, set, set->ranges[i], 'A', 'a');
	}
}

/* Sort, and join what touches. */
static void set_normalise(struct set *set)
{
	size_t count = 0;

	qsort(set->ranges, set->count, sizeof(*set->ranges), compare_ranges);
	for (size_t i = 0; i < set->count; i++) {
		struct range *last = count ? &set->ranges[count - 1] : NULL;

		if (!last || set->ranges[i].low > last->high + 1)
			set->ranges[count++] = set->ranges[i];
		else if (set->ranges[i].high > last->high)
			last->high = set->ranges[i].high;
	}
	set->count = count;
}

static void set_negate(struct set *set)
{
	uint32_t from = 0;
	size_t count = 0;

	set_normalise(set);
	for (size_t i = 0; i < set->count; i++) {
		struct range range = set->ranges[i];

		if (range.low > from)
			set->ranges[count++] = (struct range){from, range.low - 1};
		from = range.high + 1;
	}
	if (from <= RUNE_LAST)
		set->ranges[count++] = (struct range){from, RUNE_LAST};
	set->count = count;
}

static struct node *set_node(struct parse *parse, struct set *set)
{
	struct node *node = node_make(parse, NODE_RUNES);
	struct range *ranges;

	if (!node)
		return NULL;
	if (parse->flags.fold)
		set_fold(parse, set);
	set_normalise(set);
	ranges = arena_alloc(parse->arena, (set->count + 1) * sizeof(*ranges));
	if (!ranges)
		return parse_no_memory(parse);
	memcpy(ranges, set->ranges, set->count * sizeof(*ranges));
	node->ranges = ranges;
	node->range_count = set->count;
	return node;
}

struct node *parse_literal(struct parse *parse, uint32_t rune)
{
	struct set set = {.count = 1};

	set.ranges[0] = (struct range){rune, rune};
	return set_node(parse, &set);
}

/* Names of [[:...:]], and the letters of \d, \s and \w; RE2, "ASCII character classes". */
static const struct class
{
	const char *name;
	const char *ranges; /* pairs of first and last */
} classes[] = {
	{"alnum", "09AZaz"},
	{"alpha", "AZaz"},
	{"ascii", "\1\x7f"},
	{"blank", "\t\t  "},
	{"cntrl", "\1\x1f\x7f\x7f"},
	{"digit", "09"},
	{"graph", "!~"},
	{"lower", "az"},
	{"print", " ~"},
	{"punct", "!/:@[`{~"},
	{"space", "\t\r  "},
	{"upper", "AZ"},
	{"word", "09AZ__az"},
	{"xdigit", "09AFaf"},
	{"d", "09"},
	{"s", "\t\n\f\r  "},
	{"w", "09AZ__az"},
};

/* False if there is no such class. */
static bool add_class(
	struct parse *parse, struct set *set, const char *name, size_t length, bool negated)
{
	struct set own = {.count = 0};

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		const char *ranges = classes[i].ranges;

		if (strlen(classes[i].name) != length || memcmp(classes[i].name, name, length) != 0)
			continue;
		/* NUL cannot stand in the table. */
		if (*ranges == '\1')
			set_add(parse, &own, 0, 0);
		for (; *ranges; ranges += 2)
			set_add(parse, &own, (unsigned char)ranges[0], (unsigned char)ranges[1]);
		if (negated)
			set_negate(&own);
		for (size_t j = 0; j < own.count; j++)
			set_add(parse, set, own.ranges[j].low, own.ranges[j].high);
		return true;
	}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Behind \x: two digits, or any number of them in braces. */
static uint32_t parse_hex(struct parse *parse)
{
	bool braces = parse_skip(parse, "{");
	uint32_t value = 0;
	size_t digits = 0;

	while (hex_digit(*parse->at) >= 0 && (braces || digits < 2) && value <= RUNE_LAST) {
		value = value << 4 | (uint32_t)hex_digit(*parse->at++);
		digits++;
	}
	if (!digits || (!braces && digits != 2) || value > RUNE_LAST ||
		(braces && !parse_skip(parse, "}")))
		parse_mistake(parse, "a bad \\x escape");
	return value;
}

/* A character behind a backslash that stands for itself or for a control character. */
static uint32_t parse_escape(struct parse *parse)
{
	static const char letters[] = "afnrtv", controls[] = "\a\f\n\r\t\v";
	const char *letter;
	char c = *parse->at;

	if (!c) {
		parse_mistake(parse, "a backslash at the end");
		return 0;
	}
	letter = strchr(letters, c);
	if (c == 'x') {
		parse->at++;
		return parse_hex(parse);
	}
	if (letter) {
		parse->at++;
		return (unsigned char)controls[letter - letters];
	}
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
		parse_mistake(parse, c == 'p' || c == 'P'
					     ? "a Unicode class, which is not supported,"
					     : "an unknown escape");
		return 0;
	}
	return parse_rune(parse);
}

/* \d and the like. False if it is none. */
static bool parse_escaped_class(struct parse *parse, struct set *set)
{
	char c = parse->at[0], lower = (char)(c | 0x20);

	if (!c || !strchr("dswDSW", c))
		return false;
	parse->at++;
	return add_class(parse, set, &lower, 1, c != lower);
}

/* [:alpha:] inside brackets. False if it is none. */
static bool parse_named_class(struct parse *parse, struct set *set)
{
	const char *end = strstr(parse->at, ":]");
	bool negated;

	if (!parse_skip(parse, "[:"))
		return false;
	negated = parse_skip(parse, "^");
	if (!end || end < parse->at ||
		!add_class(parse, set, parse->at, (size_t)(end - parse->at), negated)) {
		parse_mistake(parse, "an unknown [:class:]");
		return true;
	}
	parse->at = end + 2;
	return true;
}

static uint32_t set_rune(struct parse *parse)
{
	if (!*parse->at) {
		parse_mistake(parse, "no ] at the end");
		return 0;
	}
	return parse_skip(parse, "\\") ? parse_escape(parse) : parse_rune(parse);
}

static void parse_set_member(struct parse *parse, struct set *set)
{
	uint32_t low, high;

	if (parse_named_class(parse, set))
		return;
	if (parse->at[0] == '\\') {
		parse->at++;
		if (parse_escaped_class(parse, set))
			return;
		parse->at--;
	}
	low = high = set_rune(parse);
	if (parse->at[0] == '-' && parse->at[1] && parse->at[1] != ']') {
		parse->at++;
		high = set_rune(parse);
	}
	if (high < low)
		parse_mistake(parse, "a range whose end is before its beginning");
	else
		set_add(parse, set, low, high);
}

struct node *parse_brackets(struct parse *parse)
{
	struct set set = {.count = 0};
	bool negated = parse_skip(parse, "^");

	do
		parse_set_member(parse, &set);
	while (!parse->code && *parse->at != ']');
	if (parse->code)
		return NULL;
	parse->at++;
	if (negated) {
		if (parse->flags.fold)
			set_fold(parse, &set);
		set_negate(&set);
	}
	return set_node(parse, &set);
}

struct node *parse_dot(struct parse *parse)
{
	struct set set = {.count = 0};

	if (!parse->flags.dot_all)
		set_add(parse, &set, '\n', '\n');
	set_negate(&set);
	return set_node(parse, &set);
}

struct node *parse_escaped(struct parse *parse)
{
	struct set set = {.count = 0};
	uint32_t rune;

	if (parse_escaped_class(parse, &set))
		return set_node(parse, &set);
	rune = parse_escape(parse);
	return parse->code ? NULL : parse_literal(parse, rune);
}
