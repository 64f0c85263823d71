/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of a metric's `attributes`, and their decoders. */
#include <string.h>

#include "base/limits.h"
#include "config/definition_rows.h"

static const char decode_forms[] =
	"a decoder's name, 'NAME: { argument: value }', or a list of these";
/* Stands beside static_map, because inside it is a key like any other. */
static const char option_key[] = "allow_unknown";

void row_attribute_name(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_text(parse, node, "an attribute's name");

	if (!text)
		return;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f) {
			report_add(parse->report, node->position,
				"found the attribute name %s, expected a name without blanks",
				yaml_describe(node, parse->arena));
			return;
		}
	if (strlen(text) > LIMIT_METRIC_NAME)
		report_add(parse->report, node->position,
			"found a name of %zu bytes, expected at most %d", strlen(text),
			LIMIT_METRIC_NAME);
	else
		*(const char **)target = text;
}

static bool parse_option(
	struct parse *parse, const struct yaml_node *node, struct decoder_argument *argument)
{
	if (node->kind == YAML_SCALAR && !node->quoted &&
		(strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0)) {
		*argument = (struct decoder_argument){option_key, node->text};
		return true;
	}
	report_add(parse->report, node->position, "found %s, expected true or false",
		yaml_describe(node, parse->arena));
	return false;
}

/* Text, or a list of texts: the same argument several times. */
static void parse_argument(
	struct parse *parse, const struct yaml_node *node, struct decoder_definition *decoder)
{
	const struct yaml_node *first = node->kind == YAML_SEQUENCE ? node->first : node;

	for (const struct yaml_node *text = first; text; text = text == node ? NULL : text->next) {
		if (text->kind == YAML_SCALAR)
			decoder->arguments[decoder->argument_count++] = (struct decoder_argument){
				node->key, text->text};
		else
			report_add(parse->report, text->position, "found %s, expected text",
				yaml_describe(text, parse->arena));
	}
	if (!first)
		report_add(parse->report, node->position,
			"found an empty list, expected text or a list of texts");
}

static size_t count_arguments(const struct yaml_node *node)
{
	size_t count = 0;

	for (const struct yaml_node *child = node->first; child; child = child->next)
		count += child->kind == YAML_SEQUENCE ? child->count : 1;
	return count;
}

/* `node` is the mapping behind the decoder's name; room for one option is left behind its entries.
 */
static bool parse_arguments(
	struct parse *parse, const struct yaml_node *node, struct decoder_definition *decoder)
{
	size_t count = count_arguments(node);

	if (node->kind != YAML_MAPPING || count > LIMIT_DECODER_ARGUMENTS) {
		report_add(parse->report, node->position,
			"found %s, expected the arguments of '%.60s' as a mapping of at most %d",
			yaml_describe(node, parse->arena), node->key, LIMIT_DECODER_ARGUMENTS);
		return false;
	}
	decoder->arguments = parse_alloc(parse, (count + 1) * sizeof(*decoder->arguments));
	if (!decoder->arguments)
		return false;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (strcmp(child->key, option_key) == 0)
			report_add(parse->report, child->key_position,
				"found '%s' among the arguments, expected it beside '%.60s'",
				option_key, node->key);
		else
			parse_argument(parse, child, decoder);
	}
	return true;
}

static void parse_decoder_mapping(
	struct parse *parse, const struct yaml_node *node, struct decoder_definition *decoder)
{
	const struct yaml_node *named = NULL, *option = yaml_get(node, option_key);

	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (child == option)
			continue;
		if (named) {
			report_add(parse->report, child->key_position,
				"found a second decoder '%.60s', expected one per mapping: "
				"'decode: [ ... ]' makes a chain",
				child->key);
			return;
		}
		named = child;
	}
	if (!named) {
		report_add(parse->report, node->position, "found no decoder, expected %s",
			decode_forms);
		return;
	}
	decoder->name = named->key;
	decoder->position = named->key_position;
	if (parse_arguments(parse, named, decoder) && option &&
		parse_option(parse, option, &decoder->arguments[decoder->argument_count]))
		decoder->argument_count++;
}

static void parse_decoder(
	struct parse *parse, const struct yaml_node *node, struct decoder_definition *decoder)
{
	decoder->position = node->position;
	if (node->kind == YAML_MAPPING)
		parse_decoder_mapping(parse, node, decoder);
	else
		decoder->name = node_text(parse, node, decode_forms);
}

void row_decoders(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct attribute_definition *attribute = target;
	bool list = node->kind == YAML_SEQUENCE;

	if (list && !node_is_list(parse, node, decode_forms, LIMIT_DECODERS_PER_CHAIN))
		return;
	attribute->decoders = parse_alloc(
		parse, (list ? node->count : 1) * sizeof(*attribute->decoders));
	if (!attribute->decoders)
		return;
	if (!list) {
		parse_decoder(parse, node, &attribute->decoders[attribute->decoder_count++]);
		return;
	}
	for (const struct yaml_node *child = node->first; child; child = child->next)
		parse_decoder(parse, child, &attribute->decoders[attribute->decoder_count++]);
}

static const struct shape name_shape = {.kind = SHAPE_TEXT, .pattern = "^[^ ]+$"};

static const struct row attribute_rows[] = {
	{"name", true, row_attribute_name, offsetof(struct attribute_definition, name),
		"the attribute's name", &name_shape},
	{"field", false, row_field, offsetof(struct attribute_definition, field),
		"field of the key's struct; without it the whole key", &shape_field},
	{"decode", false, row_decoders, 0, "how the bytes become a value; without it by BTF",
		&(const struct shape){.kind = SHAPE_DECODERS}},
};
static const struct table attribute_table = {
	"an attribute", attribute_rows, ARRAY_SIZE(attribute_rows)};
const struct shape shape_attributes = {.kind = SHAPE_LIST,
	.items = &(const struct shape){.kind = SHAPE_TABLE, .table = &attribute_table},
	.least = 1,
	.most = LIMIT_ATTRIBUTES_PER_SERIES};

void row_attributes(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct metric_definition *metric = target;

	if (!node_is_list(parse, node, "a list of attributes", LIMIT_ATTRIBUTES_PER_SERIES))
		return;
	metric->attributes = parse_alloc(parse, node->count * sizeof(*metric->attributes));
	if (!metric->attributes)
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		struct attribute_definition *attribute =
			&metric->attributes[metric->attribute_count++];

		attribute->position = attribute->field_position = child->position;
		if (yaml_get(child, "field"))
			attribute->field_position = yaml_get(child, "field")->position;
		table_parse(parse, &attribute_table, child, attribute);
		for (const struct attribute_definition *other = metric->attributes;
			other < attribute; other++)
			if (attribute->name && other->name &&
				strcmp(attribute->name, other->name) == 0) {
				report_add(parse->report, yaml_get(child, "name")->position,
					"found attribute '%.60s' again, expected another name",
					attribute->name);
				break;
			}
	}
}
