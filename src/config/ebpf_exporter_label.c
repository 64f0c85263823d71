/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of `labels`, and their decoders. */
#include <string.h>

#include "base/limits.h"
#include "config/ebpf_exporter_rows.h"

struct exporter_label {
	struct attribute_definition attribute;
	uint32_t padding;
};

struct exporter_decoder {
	const char *name;
	const struct yaml_node *static_map, *regexps, *allow_unknown;
};

bool is_nothing(const struct yaml_node *node)
{
	if (node->kind == YAML_SCALAR)
		return !node->quoted && !*node->text;
	return node->kind == YAML_SEQUENCE && !node->count;
}

/* Prometheus' data model, "Metric names and labels". */
static void row_label_name(struct parse *parse, const struct yaml_node *node, void *target)
{
	row_identifier(parse, node, target);
}

static void row_size(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char expected[] = "the bytes of the key that the label takes";
	uint64_t size;

	if (!node_number(parse, node, LIMIT_MAP_KEY, expected, &size))
		return;
	if (size)
		*(uint32_t *)target = (uint32_t)size;
	else
		report_add(parse->report, node->position, "found 0, expected %s", expected);
}

static void row_padding(struct parse *parse, const struct yaml_node *node, void *target)
{
	uint64_t size;

	if (node_number(parse, node, LIMIT_MAP_KEY, "the bytes of the key behind the label", &size))
		*(uint32_t *)target = (uint32_t)size;
}

static void row_node(struct parse *parse, const struct yaml_node *node, void *target)
{
	(void)parse;
	*(const struct yaml_node **)target = node;
}

static const struct row decoder_rows[] = {
	{"name", true, row_identifier, offsetof(struct exporter_decoder, name),
		"the decoder's name", &(const struct shape){.kind = SHAPE_DECODER}},
	{"static_map", false, row_node, offsetof(struct exporter_decoder, static_map),
		"values and what they become", &(const struct shape){.kind = SHAPE_TEXTS}},
	{"regexps", false, row_node, offsetof(struct exporter_decoder, regexps),
		"regular expressions, of which the first that matches counts",
		&(const struct shape){.kind = SHAPE_LIST, .items = &shape_text, .least = 1}},
	{"allow_unknown", false, row_node, offsetof(struct exporter_decoder, allow_unknown),
		"whether what is not in static_map stays as it is", &shape_flag},
};
static const struct table decoder_table = {"a decoder", decoder_rows, ARRAY_SIZE(decoder_rows)};
static const struct shape decoder_shape = {.kind = SHAPE_TABLE, .table = &decoder_table};

static void add_argument(struct parse *parse, struct decoder_definition *decoder, const char *key,
	const struct yaml_node *value)
{
	if (value->kind == YAML_SCALAR)
		decoder->arguments[decoder->argument_count++] = (struct decoder_argument){
			key, value->text};
	else
		report_add(parse->report, value->position, "found %s, expected text",
			yaml_describe(value, parse->arena));
}

static void add_static_map(struct parse *parse, const struct yaml_node *node,
	const struct yaml_node *allow_unknown, struct decoder_definition *decoder)
{
	static const char option[] = "allow_unknown";

	if (node->kind != YAML_MAPPING || !node->count || node->count > LIMIT_DECODER_ARGUMENTS) {
		report_add(parse->report, node->position,
			"found %s, expected a mapping of 1 to %d values to text",
			yaml_describe(node, parse->arena), LIMIT_DECODER_ARGUMENTS);
		return;
	}
	decoder->arguments = parse_alloc(parse, (node->count + 1) * sizeof(*decoder->arguments));
	if (!decoder->arguments)
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (strcmp(child->key, option) == 0)
			report_add(parse->report, child->key_position,
				"found '%s' in static_map, expected it beside 'static_map'",
				option);
		else
			add_argument(parse, decoder, child->key, child);
	}
	if (!allow_unknown)
		return;
	if (strcmp(allow_unknown->text, "true") == 0 || strcmp(allow_unknown->text, "false") == 0)
		add_argument(parse, decoder, option, allow_unknown);
	else
		report_add(parse->report, allow_unknown->position,
			"found %s, expected true or false",
			yaml_describe(allow_unknown, parse->arena));
}

/* The patterns in their order: the first that matches counts. */
static void add_regexps(
	struct parse *parse, const struct yaml_node *node, struct decoder_definition *decoder)
{
	if (!node_is_list(parse, node, "a list of regular expressions", LIMIT_DECODER_ARGUMENTS))
		return;
	decoder->arguments = parse_alloc(parse, node->count * sizeof(*decoder->arguments));
	for (const struct yaml_node *child = node->first; decoder->arguments && child;
		child = child->next)
		add_argument(parse, decoder, "pattern", child);
}

/* An argument that the decoder does not have would be ignored without a word. */
static void refuse_argument(struct parse *parse, const struct yaml_node *node, const char *owner)
{
	if (node)
		report_add(parse->report, node->key_position,
			"found '%s' in another decoder, expected it in the decoder %s only",
			node->key, owner);
}

/* Its device numbers are those of stat(), not the kernel's dev_t. */
static void add_layout(struct parse *parse, struct decoder_definition *decoder)
{
	decoder->arguments = parse_alloc(parse, sizeof(*decoder->arguments));
	if (decoder->arguments)
		decoder->arguments[decoder->argument_count++] = (struct decoder_argument){
			"layout", "user"};
}

static void parse_decoder(
	struct parse *parse, const struct yaml_node *node, struct decoder_definition *decoder)
{
	struct exporter_decoder found = {0};
	bool is_map, is_regexp;

	decoder->position = node->position;
	if (!table_parse(parse, &decoder_table, node, &found) || !found.name)
		return;
	decoder->name = found.name;
	is_map = strcmp(found.name, "static_map") == 0;
	is_regexp = strcmp(found.name, "regexp") == 0;
	if (!is_map) {
		refuse_argument(parse, found.static_map, "static_map");
		refuse_argument(parse, found.allow_unknown, "static_map");
	}
	if (!is_regexp)
		refuse_argument(parse, found.regexps, "regexp");
	if (found.allow_unknown && found.allow_unknown->kind != YAML_SCALAR) {
		report_add(parse->report, found.allow_unknown->position,
			"found %s, expected true or false",
			yaml_describe(found.allow_unknown, parse->arena));
		found.allow_unknown = NULL;
	}
	if (strcmp(found.name, "majorminor") == 0)
		add_layout(parse, decoder);
	if (is_map && found.static_map)
		add_static_map(parse, found.static_map, found.allow_unknown, decoder);
	else if (is_regexp && found.regexps)
		add_regexps(parse, found.regexps, decoder);
	else if (is_map || is_regexp)
		report_add(parse->report, node->position, "found the decoder %s without '%s'",
			found.name, is_map ? "static_map" : "regexps");
}

static void row_label_decoders(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct attribute_definition *attribute = target;

	if (!node_is_list(parse, node, "a list of decoders", LIMIT_DECODERS_PER_CHAIN))
		return;
	attribute->decoders = parse_alloc(parse, node->count * sizeof(*attribute->decoders));
	for (const struct yaml_node *child = node->first; attribute->decoders && child;
		child = child->next)
		parse_decoder(parse, child, &attribute->decoders[attribute->decoder_count++]);
}

static const struct row label_rows[] = {
	{"name", true, row_label_name, offsetof(struct exporter_label, attribute.name),
		"the label's name", &shape_identifier},
	{"size", true, row_size, offsetof(struct exporter_label, attribute.size),
		"the bytes of the key that the label takes",
		&(const struct shape){.kind = SHAPE_NUMBER, .least = 1, .most = LIMIT_MAP_KEY}},
	{"padding", false, row_padding, offsetof(struct exporter_label, padding),
		"the bytes of the key behind it",
		&(const struct shape){.kind = SHAPE_NUMBER, .most = LIMIT_MAP_KEY}},
	{"decoders", true, row_label_decoders, offsetof(struct exporter_label, attribute),
		"a list of decoders",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &decoder_shape,
			.least = 1,
			.most = LIMIT_DECODERS_PER_CHAIN}},
};
static const struct table label_table = {"a label", label_rows, ARRAY_SIZE(label_rows)};
const struct shape shape_labels = {.kind = SHAPE_LIST,
	.items = &(const struct shape){.kind = SHAPE_TABLE, .table = &label_table},
	.most = LIMIT_ATTRIBUTES_PER_SERIES + 1};

static void check_label_is_new(struct parse *parse, const struct yaml_node *node,
	const struct exporter_labels *labels, const struct attribute_definition *label)
{
	for (const struct attribute_definition *other = labels->labels; other < label; other++)
		if (label->name && other->name && strcmp(label->name, other->name) == 0) {
			report_add(parse->report, yaml_get(node, "name")->position,
				"found label '%.60s' again, expected another name", label->name);
			return;
		}
}

void row_labels(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct exporter_labels *labels = target;
	uint64_t size = 0;

	if (is_nothing(node))
		return;
	/* One more than attributes: the last label of a histogram is the bucket. */
	if (!node_is_list(parse, node, "a list of labels", LIMIT_ATTRIBUTES_PER_SERIES + 1))
		return;
	labels->labels = parse_alloc(parse, node->count * sizeof(*labels->labels));
	for (const struct yaml_node *child = node->first; labels->labels && child;
		child = child->next) {
		struct exporter_label label = {.attribute.position = child->position};
		struct attribute_definition *added = &labels->labels[labels->count++];

		table_parse(parse, &label_table, child, &label);
		label.attribute.offset = (uint32_t)size;
		*added = label.attribute;
		check_label_is_new(parse, child, labels, added);
		size += (uint64_t)label.attribute.size + label.padding;
		if (size > LIMIT_MAP_KEY) {
			report_add(parse->report, child->position,
				"found labels of more than %d bytes, which no key has",
				LIMIT_MAP_KEY);
			return;
		}
	}
	labels->size = (uint32_t)size;
}
