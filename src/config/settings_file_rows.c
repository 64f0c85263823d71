/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings_file_rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"

const struct shape file_shape_text = {.kind = SHAPE_TEXT};
const struct shape file_shape_flag = {.kind = SHAPE_FLAG};
const struct shape file_shape_time = {.kind = SHAPE_NUMBER, .most = INT32_MAX};
const struct shape file_shape_limit = {.kind = SHAPE_NUMBER, .least = 1, .most = LIMIT_CARDINALITY};
const struct shape file_shape_texts = {
	.kind = SHAPE_LIST, .items = &file_shape_text, .least = 1, .most = LIMIT_PATTERNS};

bool node_is_null(const struct yaml_node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	for (size_t i = 0; i < ARRAY_SIZE(nulls); i++)
		if (node->kind == YAML_SCALAR && !node->quoted && strcmp(node->text, nulls[i]) == 0)
			return true;
	return false;
}

void file_warn(struct parse *parse, struct position at, const char *format, ...)
{
	char text[384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	env_warn(((struct file_parse *)parse)->env, "%s:%u:%u: %s", parse->report->file, at.line,
		at.column, text);
}

bool file_choice(struct parse *parse, const struct yaml_node *node, const struct choice *choices,
	size_t count, int *value)
{
	char names[160];
	const char *text;

	if (node_is_null(node))
		return false;
	choice_names(choices, count, names, sizeof(names));
	text = node_text(parse, node, names);
	if (!text)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, choices[i].name) != 0)
			continue;
		if (!choices[i].warning) {
			*value = choices[i].value;
			return true;
		}
		report_add(parse->report, node->position, "found %s: %s",
			yaml_describe(node, parse->arena), choices[i].warning);
		return false;
	}
	report_add(parse->report, node->position, "found %s, expected %s",
		yaml_describe(node, parse->arena), names);
	return false;
}

void file_table(
	struct parse *parse, const struct table *table, const struct yaml_node *node, void *target)
{
	static const struct yaml_node nothing = {.kind = YAML_MAPPING};

	/* What is required is missing then. */
	if (node_is_null(node)) {
		struct yaml_node empty = nothing;

		empty.position = node->position;
		table_parse(parse, table, &empty, target);
		return;
	}
	table_parse(parse, table, node, target);
}

const struct yaml_node *file_only_entry(
	struct parse *parse, const struct yaml_node *node, const char *expected)
{
	if (node->kind == YAML_MAPPING && node->count == 1)
		return node->first;
	if (node->kind == YAML_MAPPING)
		report_add(parse->report, node->position, "found %zu entries, expected one: %s",
			node->count, expected);
	else
		report_add(parse->report, node->position, "found %s, expected one entry: %s",
			yaml_describe(node, parse->arena), expected);
	return NULL;
}

bool file_texts(struct parse *parse, const struct yaml_node *node, const char *expected,
	size_t limit, const char ***texts, size_t *count)
{
	if (node_is_null(node) || !node_is_list(parse, node, expected, limit))
		return false;
	*count = 0;
	*texts = parse_alloc(parse, node->count * sizeof(const char *));
	for (const struct yaml_node *child = node->first; *texts && child; child = child->next) {
		const char *text = node_text(parse, child, "text");

		if (text)
			(*texts)[(*count)++] = text;
	}
	return *texts && *count == node->count;
}

bool file_number(struct parse *parse, const struct yaml_node *node, const struct shape *shape,
	uint64_t *number)
{
	char expected[80];
	const char *text;

	if (node_is_null(node))
		return false;
	snprintf(expected, sizeof(expected), "a number from %" PRIu64 " to %" PRIu64, shape->least,
		shape->most);
	text = node_text(parse, node, expected);
	if (!text)
		return false;
	if (!node->quoted && str_to_u64(text, number) == 0 && *number >= shape->least &&
		*number <= shape->most)
		return true;
	report_add(parse->report, node->position, "found %s, expected %s",
		yaml_describe(node, parse->arena), expected);
	return false;
}

void file_row_text(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_is_null(node) ? NULL : node_text(parse, node, "text");

	if (text)
		*(const char **)target = text;
}

void file_row_flag(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char *const texts[] = {
		"false", "False", "FALSE", "true", "True", "TRUE"}; /* YAML 1.2 core schema */
	const char *text = node_is_null(node) ? NULL : node_text(parse, node, "true or false");

	if (!text)
		return;
	for (size_t i = 0; !node->quoted && i < ARRAY_SIZE(texts); i++)
		if (strcmp(text, texts[i]) == 0) {
			*(bool *)target = i >= 3;
			return;
		}
	report_add(parse->report, node->position, "found %s, expected true or false",
		yaml_describe(node, parse->arena));
}

void file_row_milliseconds(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const struct shape at_least_one = {
		.kind = SHAPE_NUMBER, .least = 1, .most = INT32_MAX};
	uint64_t number;

	if (file_number(parse, node, &at_least_one, &number))
		*(uint64_t *)target = number * NSEC_PER_MSEC;
}

void file_row_time_limit(struct parse *parse, const struct yaml_node *node, void *target)
{
	uint64_t number;

	if (file_number(parse, node, &file_shape_time, &number))
		*(uint64_t *)target = number ? number * NSEC_PER_MSEC : UINT64_MAX;
}

void file_row_limit(struct parse *parse, const struct yaml_node *node, void *target)
{
	uint64_t number;

	if (file_number(parse, node, &file_shape_limit, &number))
		*(uint32_t *)target = (uint32_t)number;
}

void file_row_ignored(struct parse *parse, const struct yaml_node *node, void *target)
{
	(void)parse;
	(void)node;
	(void)target;
}

void file_row_unsupported(struct parse *parse, const struct yaml_node *node, void *target)
{
	(void)target;
	if (!node_is_null(node))
		file_warn(parse, node->key_position, "'%.60s' is not supported; it is ignored",
			node->key);
}
