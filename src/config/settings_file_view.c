/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of `views`. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "config/settings_file_rows.h"

#define FIELD(name) offsetof(struct view, name)

static const char *const types[] = {"counter", "gauge", "histogram", "observable_counter",
	"observable_gauge", "observable_up_down_counter", "up_down_counter", NULL};

static void row_type(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct choice choices[ARRAY_SIZE(types) - 1];
	int value = 0;

	for (size_t i = 0; types[i]; i++)
		choices[i] = (struct choice){types[i], (int)i, NULL};
	if (file_choice(parse, node, choices, ARRAY_SIZE(choices), &value))
		*(const char **)target = types[value];
}

static const struct row selector_rows[] = {
	{"instrument_name", false, file_row_text, FIELD(instrument_name),
		"the instrument's name; * and ? stand for any text and any character",
		&file_shape_text},
	{"instrument_type", false, row_type, FIELD(instrument_type), "the instrument's type",
		&(const struct shape){.kind = SHAPE_CHOICE, .choices = types}},
	{"unit", false, file_row_text, FIELD(unit), "the instrument's unit", &file_shape_text},
	{"meter_name", false, file_row_text, FIELD(meter_name), "the pack's name",
		&file_shape_text},
	{"meter_version", false, file_row_text, FIELD(meter_version), "the pack's version",
		&file_shape_text},
	{"meter_schema_url", false, file_row_text, FIELD(meter_schema_url), "packs have none",
		&file_shape_text},
};
static const struct table selector_table = {"a selector", selector_rows, ARRAY_SIZE(selector_rows)};

static void row_selector(struct parse *parse, const struct yaml_node *node, void *target)
{
	file_table(parse, &selector_table, node, target);
}

static void row_boundaries(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct view *view = target;

	if (node_is_null(node) || !boundaries_parse(parse, node, &view->boundaries))
		view->boundaries.unspecified = true;
}

static const struct row explicit_rows[] = {
	{"boundaries", false, row_boundaries, 0,
		"upper bounds, each where a bucket ends that the kernel has", &shape_boundaries},
	{"record_min_max", false, file_row_ignored, 0, "not used", &file_shape_flag},
};
static const struct table explicit_table = {
	"explicit_bucket_histogram", explicit_rows, ARRAY_SIZE(explicit_rows)};

static void row_explicit(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct view *view = target;

	view->aggregation = AGGREGATION_EXPLICIT;
	view->boundaries.unspecified = true;
	file_table(parse, &explicit_table, node, target);
}

static void row_max_scale(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char expected[] = "a number from -10 to 20";
	const char *text = node_is_null(node) ? NULL : node_text(parse, node, expected);
	int64_t number;

	if (!text)
		return;
	if (!node->quoted && str_to_s64(text, &number) == 0 && number >= VIEW_SCALE_MIN &&
		number <= VIEW_SCALE_MAX)
		*(int32_t *)target = (int32_t)number;
	else
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), expected);
}

static const struct shape max_size_shape = {
	.kind = SHAPE_NUMBER, .least = 2, .most = LIMIT_EXPONENTIAL_BUCKETS};

static void row_max_size(struct parse *parse, const struct yaml_node *node, void *target)
{
	uint64_t number;

	if (file_number(parse, node, &max_size_shape, &number))
		*(uint32_t *)target = (uint32_t)number;
}

static const struct row exponential_rows[] = {
	{"max_scale", false, row_max_scale, FIELD(max_scale), "the finest scale: -10 to 20",
		&(const struct shape){.kind = SHAPE_ANYTHING}},
	{"max_size", false, row_max_size, FIELD(max_size), "the most buckets; without it 160",
		&max_size_shape},
	{"record_min_max", false, file_row_ignored, 0, "not used", &file_shape_flag},
};
static const struct table exponential_table = {
	"base2_exponential_bucket_histogram", exponential_rows, ARRAY_SIZE(exponential_rows)};

static void row_exponential(struct parse *parse, const struct yaml_node *node, void *target)
{
	((struct view *)target)->aggregation = AGGREGATION_EXPONENTIAL;
	file_table(parse, &exponential_table, node, target);
}

static void row_plain(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const struct choice plain[] = {
		{"default", AGGREGATION_DEFAULT, NULL},
		{"drop", AGGREGATION_DROP, NULL},
		{"last_value", AGGREGATION_LAST_VALUE, NULL},
		{"sum", AGGREGATION_SUM, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (strcmp(node->key, plain[i].name) == 0)
			((struct view *)target)->aggregation = (enum aggregation)plain[i].value;
	if (!node_is_null(node) && (node->kind != YAML_MAPPING || node->count))
		report_add(parse->report, node->position, "found %s, expected nothing in '%s'",
			yaml_describe(node, parse->arena), node->key);
}

static const struct row aggregation_rows[] = {
	{"default", false, row_plain, 0, "as the pack has it", NULL},
	{"drop", false, row_plain, 0, "not at all", NULL},
	{"explicit_bucket_histogram", false, row_explicit, 0, "a histogram with these boundaries",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &explicit_table}},
	{"base2_exponential_bucket_histogram", false, row_exponential, 0,
		"an exponential histogram",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &exponential_table}},
	{"last_value", false, row_plain, 0, "a gauge", NULL},
	{"sum", false, row_plain, 0, "a sum", NULL},
};
static const struct table aggregation_table = {
	"an aggregation", aggregation_rows, ARRAY_SIZE(aggregation_rows)};

static void row_aggregation(struct parse *parse, const struct yaml_node *node, void *target)
{
	if (node_is_null(node))
		return;
	if (file_only_entry(parse, node, "default, drop, explicit_bucket_histogram, ..."))
		table_parse(parse, &aggregation_table, node, target);
}

static void row_included(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct attribute_filter *filter = target;

	(void)file_texts(parse, node, "attribute keys", LIMIT_PATTERNS, &filter->included,
		&filter->included_count);
}

static void row_excluded(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct attribute_filter *filter = target;

	(void)file_texts(parse, node, "attribute keys", LIMIT_PATTERNS, &filter->excluded,
		&filter->excluded_count);
}

static const struct row filter_rows[] = {
	{"included", false, row_included, 0, "keys that are kept; * and ? as in names",
		&file_shape_texts},
	{"excluded", false, row_excluded, 0, "keys that are not kept", &file_shape_texts},
};
static const struct table filter_table = {"attribute_keys", filter_rows, ARRAY_SIZE(filter_rows)};

static void row_filter(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct attribute_filter *filter;

	if (node_is_null(node))
		return;
	filter = parse_alloc(parse, sizeof(*filter));
	if (filter && table_parse(parse, &filter_table, node, filter))
		*(struct attribute_filter **)target = filter;
}

static void row_name(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_is_null(node) ? NULL : node_text(parse, node, "a name");

	if (text && strlen(text) > LIMIT_METRIC_NAME)
		report_add(parse->report, node->position,
			"found a name of %zu characters, expected at most %d", strlen(text),
			LIMIT_METRIC_NAME);
	else if (text)
		*(const char **)target = text;
}

static const struct row stream_rows[] = {
	{"name", false, row_name, FIELD(name), "the metric's name", &file_shape_text},
	{"description", false, file_row_text, FIELD(description), "the metric's description",
		&file_shape_text},
	{"aggregation", false, row_aggregation, 0, "one aggregation",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &aggregation_table}},
	{"aggregation_cardinality_limit", false, file_row_limit, FIELD(cardinality_limit),
		"the most series, the overflow series not counted", &file_shape_limit},
	{"attribute_keys", false, row_filter, FIELD(filter), "attributes that are kept",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &filter_table}},
};
static const struct table stream_table = {"a stream", stream_rows, ARRAY_SIZE(stream_rows)};

static void row_stream(struct parse *parse, const struct yaml_node *node, void *target)
{
	file_table(parse, &stream_table, node, target);
}

static const struct row view_rows[] = {
	{"selector", true, row_selector, 0, "which instruments",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &selector_table}},
	{"stream", true, row_stream, 0, "what becomes of them",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &stream_table}},
};
static const struct table view_table = {"a view", view_rows, ARRAY_SIZE(view_rows)};
const struct shape file_shape_views = {.kind = SHAPE_LIST,
	.items = &(const struct shape){.kind = SHAPE_TABLE, .table = &view_table},
	.least = 1,
	.most = LIMIT_VIEWS};

void file_row_views(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct views *views = &((struct settings *)target)->views;

	if (node_is_null(node) || !node_is_list(parse, node, "a list of views", LIMIT_VIEWS))
		return;
	views->list = parse_alloc(parse, node->count * sizeof(*views->list));
	for (const struct yaml_node *child = node->first; views->list && child;
		child = child->next) {
		struct view *view = &views->list[views->count];

		*view = (struct view){
			.file = parse->report->file,
			.position = child->position,
			.max_scale = VIEW_SCALE_MAX,
		};
		if (table_parse(parse, &view_table, child, view))
			views->count++;
	}
}
