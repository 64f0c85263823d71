/* SPDX-License-Identifier: Apache-2.0 */
/* Who reports. */
#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "config/settings_file_rows.h"

struct attribute {
	const char *name;
	const struct yaml_node *value;
	int type;
};

static void row_value(struct parse *parse, const struct yaml_node *node, void *target)
{
	(void)parse;
	*(const struct yaml_node **)target = node;
}

static void row_type(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char other[] = "not supported by otelbpf, expected string, bool or int";
	static const struct choice choices[] = {
		{"string", PAIR_TEXT, NULL},
		{"bool", PAIR_BOOLEAN, NULL},
		{"int", PAIR_INTEGER, NULL},
		{"double", 0, other},
		{"string_array", 0, other},
		{"bool_array", 0, other},
		{"int_array", 0, other},
		{"double_array", 0, other},
	};

	(void)file_choice(parse, node, choices, ARRAY_SIZE(choices), target);
}

static const struct row attribute_rows[] = {
	{"name", true, file_row_text, offsetof(struct attribute, name), "the attribute's key",
		&file_shape_text},
	{"value", true, row_value, offsetof(struct attribute, value), "the attribute's value",
		NULL},
	{"type", false, row_type, offsetof(struct attribute, type), "string, bool or int",
		&(const struct shape){.kind = SHAPE_CHOICE,
			.choices = (const char *const[]){"string", "bool", "int", NULL}}},
};
static const struct table attribute_table = {
	"an attribute", attribute_rows, ARRAY_SIZE(attribute_rows)};

/* Whether the value is what its type says. */
static bool value_fits(struct parse *parse, const struct attribute *attribute)
{
	const struct yaml_node *node = attribute->value;
	const char *expected = attribute->type == PAIR_INTEGER	 ? "a whole number"
			       : attribute->type == PAIR_BOOLEAN ? "true or false"
								 : "text";
	int64_t number;
	bool fits = node->kind == YAML_SCALAR;

	if (fits && attribute->type == PAIR_INTEGER)
		fits = str_to_s64(node->text, &number) == 0;
	if (fits && attribute->type == PAIR_BOOLEAN)
		fits = strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0;
	if (!fits)
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), expected);
	return fits;
}

static void add_attribute(
	struct parse *parse, const struct yaml_node *node, struct settings *settings)
{
	struct attribute attribute = {.type = PAIR_TEXT};

	if (!table_parse(parse, &attribute_table, node, &attribute) || !attribute.name ||
		!attribute.value || node_is_null(attribute.value) || !value_fits(parse, &attribute))
		return;
	if (settings->resource_count == LIMIT_RESOURCE_ATTRIBUTES)
		report_add(parse->report, node->position,
			"found one more attribute, expected at most %d", LIMIT_RESOURCE_ATTRIBUTES);
	else
		pairs_set(settings->resource, &settings->resource_count,
			(struct pair){
				.key = attribute.name,
				.value = attribute.value->text,
				.type = (unsigned int)attribute.type,
			},
			strcmp);
}

static bool reserve(struct parse *parse, struct settings *settings)
{
	if (!settings->resource)
		settings->resource = parse_alloc(
			parse, 2 * LIMIT_RESOURCE_ATTRIBUTES * sizeof(*settings->resource));
	return settings->resource != NULL;
}

static void row_attributes_named(struct parse *parse, const struct yaml_node *node, void *target)
{
	if (node_is_null(node) ||
		!node_is_list(parse, node, "a list of attributes", LIMIT_RESOURCE_ATTRIBUTES) ||
		!reserve(parse, target))
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next)
		add_attribute(parse, child, target);
}

/* Those of `attributes` win, wherever they stand. */
static void row_attributes_list(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_is_null(node) ? NULL : node_text(parse, node, "KEY=VALUE,...");
	struct settings *settings = target;
	char *list = text ? arena_strdup(parse->arena, text) : NULL;
	struct pair *named = settings->resource;
	size_t count = 0;

	if (!list)
		return;
	settings->resource = NULL;
	if (!reserve(parse, settings))
		return;
	resource_parse(((struct file_parse *)parse)->env, parse->report->file, list,
		settings->resource, &count);
	for (size_t i = 0; i < settings->resource_count; i++)
		pairs_set(settings->resource, &count, named[i], strcmp);
	settings->resource_count = count < LIMIT_RESOURCE_ATTRIBUTES ? count
								     : LIMIT_RESOURCE_ATTRIBUTES;
}

static const struct row resource_rows[] = {
	{"attributes", false, row_attributes_named, 0, "attributes of all that is sent",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &(
				const struct shape){.kind = SHAPE_TABLE, .table = &attribute_table},
			.least = 1,
			.most = LIMIT_RESOURCE_ATTRIBUTES}},
	{"attributes_list", false, row_attributes_list, 0, "the same as KEY=VALUE,...",
		&file_shape_text},
	{"schema_url", false, file_row_unsupported, 0, "not used", NULL},
	{"detection/development", false, file_row_unsupported, 0, "not used", NULL},
};
static const struct table resource_table = {"a resource", resource_rows, ARRAY_SIZE(resource_rows)};
const struct shape file_shape_resource = {.kind = SHAPE_TABLE, .table = &resource_table};

void file_row_resource(struct parse *parse, const struct yaml_node *node, void *target)
{
	file_table(parse, &resource_table, node, target);
}
