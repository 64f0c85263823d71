/* SPDX-License-Identifier: Apache-2.0 */
#include "config/rows.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

const struct shape shape_text = {.kind = SHAPE_TEXT, .pattern = "."};
const struct shape shape_identifier = {.kind = SHAPE_TEXT, .pattern = "^[A-Za-z_][A-Za-z0-9_]*$"};
const struct shape shape_field = {
	.kind = SHAPE_TEXT, .pattern = "^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)*$"};
const struct shape shape_flag = {.kind = SHAPE_FLAG};

static const struct row *find_row(const struct table *table, const char *key)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].key, key) == 0)
			return &table->rows[i];
	return NULL;
}

/* Returns the row that was meant, or NULL. */
static const struct row *report_unknown_key(
	struct parse *parse, const struct table *table, const struct yaml_node *node)
{
	struct nearest nearest;
	char names[256];
	size_t used = 0;

	nearest_init(&nearest, node->key);
	for (size_t i = 0; i < table->count; i++)
		nearest_offer(&nearest, table->rows[i].key);
	if (nearest.name) {
		report_add(parse->report, node->key_position,
			"found the key '%.60s' in %s; did you mean '%s'?", node->key, table->what,
			nearest.name);
		return find_row(table, nearest.name);
	}
	names[0] = '\0';
	for (size_t i = 0; i < table->count && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
			table->rows[i].key);
	report_add(parse->report, node->key_position,
		"found the key '%.60s' in %s, expected one of: %s", node->key, table->what, names);
	return NULL;
}

bool table_parse(
	struct parse *parse, const struct table *table, const struct yaml_node *node, void *target)
{
	uint64_t seen = 0; /* rows whose key is there, if only misspelt */

	if (node->kind != YAML_MAPPING) {
		report_add(parse->report, node->position, "found %s, expected %s (a mapping)",
			yaml_describe(node, parse->arena), table->what);
		return false;
	}
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		const struct row *row = find_row(table, child->key);

		if (row)
			row->parse(parse, child, (char *)target + row->offset);
		else
			row = report_unknown_key(parse, table, child);
		if (row)
			seen |= UINT64_C(1) << (row - table->rows);
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		if (row->required && !(seen >> i & 1))
			report_add(parse->report, node->position,
				"found %s without '%s', expected %s", table->what, row->key,
				row->expected);
	}
	return true;
}

const char *node_text(struct parse *parse, const struct yaml_node *node, const char *expected)
{
	if (node->kind == YAML_SCALAR && *node->text)
		return node->text;
	report_add(parse->report, node->position, "found %s, expected %s",
		yaml_describe(node, parse->arena), expected);
	return NULL;
}

bool node_is_list(
	struct parse *parse, const struct yaml_node *node, const char *expected, size_t limit)
{
	if (node->kind != YAML_SEQUENCE) {
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), expected);
		return false;
	}
	if (!node->count || node->count > limit) {
		report_add(parse->report, node->position,
			"found a list of %zu, expected %s (1 to %zu of them)", node->count,
			expected, limit);
		return false;
	}
	return true;
}

void *parse_alloc(struct parse *parse, size_t size)
{
	void *memory = arena_alloc(parse->arena, size);

	if (!memory)
		parse->report->no_memory = true;
	return memory;
}

bool is_identifier(const char *text, bool dots)
{
	bool start = true;

	for (; *text; text++) {
		char c = *text;
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (dots && c == '.' && !start)
			start = true;
		else if (letter || (!start && c >= '0' && c <= '9'))
			start = false;
		else
			return false;
	}
	return !start;
}

static void parse_identifier(
	struct parse *parse, const struct yaml_node *node, const char **target, bool dots)
{
	const char *expected = dots ? "the name of a struct field" : "a name as in C";
	const char *text = node_text(parse, node, expected);

	if (!text)
		return;
	if (is_identifier(text, dots))
		*target = text;
	else
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), expected);
}

void row_identifier(struct parse *parse, const struct yaml_node *node, void *target)
{
	parse_identifier(parse, node, target, false);
}

void row_field(struct parse *parse, const struct yaml_node *node, void *target)
{
	parse_identifier(parse, node, target, true);
}
