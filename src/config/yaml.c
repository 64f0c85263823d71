/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/limits.h"
#include "base/str.h"
#include "config/report.h"

enum {
	DESCRIBED_CHARACTERS = 60
};

struct builder {
	struct report report;
	const char *text;
	size_t length;
	struct arena *arena;
	yaml_parser_t parser;
	struct yaml_node *stack[LIMIT_YAML_DEPTH];
	struct yaml_node *last[LIMIT_YAML_DEPTH]; /* newest child of each */
	const char *key[LIMIT_YAML_DEPTH];	  /* mapping: key that waits for its value */
	struct position key_position[LIMIT_YAML_DEPTH];
	size_t depth, nodes;
	struct yaml_node *root;
};

static int fail(struct builder *builder, struct position at, const char *what)
{
	report_add(&builder->report, at, "%s", what);
	return -EINVAL;
}

static int no_memory(struct builder *builder)
{
	builder->report.no_memory = true;
	return -ENOMEM;
}

static struct position position_of(yaml_mark_t mark)
{
	return (struct position){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

/* Where byte `offset` stands; the text before it is valid UTF-8. */
static struct position position_of_byte(const char *text, size_t offset)
{
	struct position at = {1, 1};

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n')
			at = (struct position){at.line + 1, 1};
		else if (((unsigned char)text[i] & 0xc0) != 0x80)
			at.column++;
	}
	return at;
}

static size_t valid_prefix(const char *text, size_t length)
{
	size_t low = 0, high = length;

	/* A prefix that ends inside a character is not valid, so look for line ends first. */
	while (low < high) {
		const char *end = memchr(text + low, '\n', high - low);
		size_t next = end ? (size_t)(end - text) + 1 : high;

		if (!utf8_is_valid(text + low, next - low))
			break;
		low = next;
	}
	for (size_t n = 1; n <= 4 && low + n <= length;) {
		if (utf8_is_valid(text + low, n)) {
			low += n;
			n = 1;
		} else {
			n++;
		}
	}
	return low;
}

static int check_bytes(struct builder *builder)
{
	const char *nul;
	size_t valid;

	if (builder->length > LIMIT_DEFINITION_BYTES) {
		report_add(&builder->report, (struct position){1, 1},
			"found a file of %zu bytes, expected at most %d", builder->length,
			LIMIT_DEFINITION_BYTES);
		return -EINVAL;
	}
	if (!utf8_is_valid(builder->text, builder->length)) {
		valid = valid_prefix(builder->text, builder->length);
		return fail(builder, position_of_byte(builder->text, valid),
			"found a byte that is not UTF-8, expected text in UTF-8");
	}
	nul = memchr(builder->text, '\0', builder->length);
	if (nul)
		return fail(builder, position_of_byte(builder->text, (size_t)(nul - builder->text)),
			"found a NUL byte, expected text");
	return 0;
}

/* libyaml says "found character that cannot start any token" for what is mostly a tab. */
static int scan_failure(struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	struct position at = position_of(parser->problem_mark);
	size_t line_start = 0, line = parser->problem_mark.line;

	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(builder);
	if (parser->error == YAML_READER_ERROR) {
		at = position_of_byte(builder->text, parser->problem_offset < builder->length
							     ? parser->problem_offset
							     : builder->length);
		return fail(builder, at, "found a control character, expected text");
	}
	while (line && line_start < builder->length)
		if (builder->text[line_start++] == '\n')
			line--;
	for (size_t i = line_start; i < builder->length; i++) {
		if (builder->text[i] == '\t')
			return fail(builder, position_of_byte(builder->text, i),
				"found a tab, expected spaces: YAML is indented with spaces");
		if (builder->text[i] != ' ')
			break;
	}
	report_add(&builder->report, at, "not YAML: %s%s%s",
		parser->problem ? parser->problem : "syntax error", parser->context ? " " : "",
		parser->context ? parser->context : "");
	return -EINVAL;
}

/* Put `node` where it belongs: into the innermost open collection, or at the root. */
static int add_node(struct builder *builder, struct yaml_node *node)
{
	size_t top = builder->depth - 1;
	struct yaml_node *parent;

	if (!builder->depth) {
		builder->root = node;
		return 0;
	}
	parent = builder->stack[top];
	if (parent->kind == YAML_MAPPING && !builder->key[top]) {
		if (node->kind != YAML_SCALAR)
			return fail(builder, node->position,
				"found a list or mapping as a key, expected a word");
		builder->key[top] = node->text;
		builder->key_position[top] = node->position;
		return 0;
	}
	if (parent->kind == YAML_MAPPING) {
		node->key = builder->key[top];
		node->key_position = builder->key_position[top];
		builder->key[top] = NULL;
	}
	if (builder->last[top])
		builder->last[top]->next = node;
	else
		parent->first = node;
	builder->last[top] = node;
	parent->count++;
	return 0;
}

static int new_node(struct builder *builder, enum yaml_kind kind, const yaml_event_t *event,
	const yaml_char_t *anchor, const yaml_char_t *tag, struct yaml_node **result)
{
	struct position at = position_of(event->start_mark);
	struct yaml_node *node;

	if (anchor)
		return fail(
			builder, at, "found an anchor (&), expected plain data without anchors");
	if (tag)
		return fail(builder, at, "found a tag (!), expected plain data without tags");
	if (builder->nodes++ >= LIMIT_YAML_NODES) {
		report_add(&builder->report, at, "found more than %d values, expected fewer",
			LIMIT_YAML_NODES);
		return -EINVAL;
	}
	node = arena_alloc(builder->arena, sizeof(*node));
	if (!node)
		return no_memory(builder);
	*node = (struct yaml_node){.kind = kind, .position = at};
	*result = node;
	return 0;
}

static int on_scalar(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	struct yaml_node *node;
	int err;

	err = new_node(builder, YAML_SCALAR, event, event->data.scalar.anchor,
		event->data.scalar.tag, &node);
	if (err)
		return err;
	/* Escapes in double quotes can make what check_bytes() refused. */
	if (memchr(text, '\0', length) || !utf8_is_valid(text, length))
		return fail(
			builder, node->position, "found an escape that makes a NUL, expected text");
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_strndup(builder->arena, text, length);
	if (!node->text)
		return no_memory(builder);
	return add_node(builder, node);
}

static int open_collection(struct builder *builder, const yaml_event_t *event)
{
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	struct yaml_node *node;
	int err;

	err = mapping ? new_node(builder, YAML_MAPPING, event, event->data.mapping_start.anchor,
				event->data.mapping_start.tag, &node)
		      : new_node(builder, YAML_SEQUENCE, event, event->data.sequence_start.anchor,
				event->data.sequence_start.tag, &node);
	if (!err)
		err = add_node(builder, node);
	if (err)
		return err;
	if (builder->depth == LIMIT_YAML_DEPTH) {
		report_add(&builder->report, node->position,
			"found lists and mappings %d deep, expected at most %d",
			LIMIT_YAML_DEPTH + 1, LIMIT_YAML_DEPTH);
		return -EINVAL;
	}
	builder->stack[builder->depth] = node;
	builder->last[builder->depth] = NULL;
	builder->key[builder->depth] = NULL;
	builder->depth++;
	return 0;
}

static bool is_before(struct position a, struct position b)
{
	return a.line < b.line || (a.line == b.line && a.column < b.column);
}

static int compare_keys(const void *a, const void *b)
{
	const struct yaml_node *x = *(const struct yaml_node *const *)a;
	const struct yaml_node *y = *(const struct yaml_node *const *)b;
	int order = strcmp(x->key, y->key);

	return order ? order : is_before(x->key_position, y->key_position) ? -1 : 1;
}

static int close_collection(struct builder *builder)
{
	const struct yaml_node *node = builder->stack[--builder->depth], **sorted;
	const struct yaml_node *again = NULL, *original = NULL;
	size_t n = 0;

	if (node->kind != YAML_MAPPING || node->count < 2)
		return 0;
	sorted = malloc(node->count * sizeof(*sorted));
	if (!sorted)
		return no_memory(builder);
	for (const struct yaml_node *child = node->first; child; child = child->next)
		sorted[n++] = child;
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0 ||
			(again && is_before(again->key_position, sorted[i]->key_position)))
			continue;
		original = sorted[i - 1];
		again = sorted[i];
	}
	free(sorted);
	if (!again)
		return 0;
	report_add(&builder->report, again->key_position,
		"found the key '%.60s' again, expected it once (first at line %u)", again->key,
		original->key_position.line);
	return -EINVAL;
}

static int on_event(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(builder, event);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return open_collection(builder, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_collection(builder);
	case YAML_ALIAS_EVENT:
		return fail(builder, position_of(event->start_mark),
			"found an alias (*), expected plain data without aliases");
	case YAML_DOCUMENT_START_EVENT:
		if (builder->root)
			return fail(builder, position_of(event->start_mark),
				"found a second document (---), expected one per file");
		return 0;
	default:
		return 0;
	}
}

static int build(struct builder *builder)
{
	bool done = false;
	int err = 0;

	while (!err && !done) {
		yaml_event_t event;

		if (!yaml_parser_parse(&builder->parser, &event))
			return scan_failure(builder);
		done = event.type == YAML_STREAM_END_EVENT;
		err = on_event(builder, &event);
		yaml_event_delete(&event);
	}
	if (!err && !builder->root)
		return fail(builder, (struct position){1, 1}, "found an empty file");
	return err;
}

int yaml_parse(const char *file, const char *text, size_t length, struct arena *arena,
	struct yaml_node **root, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf"; /* byte order mark, which some editors write */
	size_t skip = length >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
	struct builder builder = {.text = text + skip, .length = length - skip, .arena = arena};

	report_init(&builder.report, file, err);
	if (check_bytes(&builder))
		return report_end(&builder.report);
	if (!yaml_parser_initialize(&builder.parser))
		return err_set(err, -ENOMEM, "%s: out of memory", file);
	yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&builder.parser, (const unsigned char *)builder.text, builder.length);
	if (build(&builder) == 0)
		*root = builder.root;
	yaml_parser_delete(&builder.parser);
	return report_end(&builder.report);
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
	for (const struct yaml_node *node = mapping->first; node; node = node->next)
		if (node->key && strcmp(node->key, key) == 0)
			return node;
	return NULL;
}

/* The bytes of the first DESCRIBED_CHARACTERS characters. */
static int described_length(const char *text)
{
	int n = 0, characters = 0;

	while (text[n]) {
		if (((unsigned char)text[n] & 0xc0) != 0x80 && characters++ == DESCRIBED_CHARACTERS)
			break;
		n++;
	}
	return n;
}

const char *yaml_describe(const struct yaml_node *node, struct arena *arena)
{
	const char *text;

	if (node->kind == YAML_SEQUENCE)
		return "a list";
	if (node->kind == YAML_MAPPING)
		return "a mapping";
	if (!*node->text)
		return node->quoted ? "empty text" : "nothing";
	text = arena_printf(arena, "'%.*s%s'", described_length(node->text), node->text,
		node->text[described_length(node->text)] ? "..." : "");
	return text ? text : "text";
}
