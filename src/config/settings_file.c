/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/str.h"
#include "config/file.h"
#include "config/schema.h"
#include "config/settings_file_rows.h"
#include "config/substitute.h"

#define FIELD(name) offsetof(struct settings, name)

/* Same major version and a greater minor one: what is new in it is not known here. */
static void row_file_format(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char expected[] = "\"1.1\"";
	const char *text = node_text(parse, node, expected);
	size_t digits = text ? strspn(text, "0123456789") : 0;
	uint64_t minor;

	(void)target;
	if (!text)
		return;
	if (digits != 1 || *text != '1' || text[1] != '.' || str_to_u64(text + 2, &minor))
		report_add(parse->report, node->position,
			"found the file format %s, expected %s: versions 1.0 to 1.x are understood",
			yaml_describe(node, parse->arena), expected);
	else if (minor > 1)
		file_warn(parse, node->position,
			"the file format is %s; what is newer than 1.1 is not understood", text);
}

static void row_log_level(struct parse *parse, const struct yaml_node *node, void *target)
{
	/* Severities have four steps each: SeverityNumber of the logs data model. */
	static const struct choice levels[] = {
		{"trace", LOG_LEVEL_DEBUG, NULL},
		{"debug", LOG_LEVEL_DEBUG, NULL},
		{"info", LOG_LEVEL_INFO, NULL},
		{"warn", LOG_LEVEL_WARN, NULL},
		{"error", LOG_LEVEL_ERROR, NULL},
		{"fatal", LOG_LEVEL_ERROR, NULL},
	};
	struct yaml_node whole = *node;
	size_t length = node->kind == YAML_SCALAR ? strlen(node->text) : 0;

	if (length > 1 && strchr("234", node->text[length - 1]))
		whole.text = arena_strndup(parse->arena, node->text, length - 1);
	if (!whole.text && node->kind == YAML_SCALAR)
		parse->report->no_memory = true;
	else
		(void)file_choice(parse, &whole, levels, ARRAY_SIZE(levels), target);
}

struct limits {
	uint32_t any;
	uint32_t observed[KIND_COUNT], other[KIND_COUNT];
};

#define LIMIT_ROW(key, field)                                                                      \
	{                                                                                          \
		key, false, file_row_limit, offsetof(struct limits, field), "series per metric",   \
			&file_shape_limit                                                          \
	}
static const struct row limit_rows[] = {
	LIMIT_ROW("default", any),
	LIMIT_ROW("counter", other[KIND_COUNTER]),
	LIMIT_ROW("gauge", other[KIND_GAUGE]),
	LIMIT_ROW("histogram", observed[KIND_HISTOGRAM]),
	LIMIT_ROW("observable_counter", observed[KIND_COUNTER]),
	LIMIT_ROW("observable_gauge", observed[KIND_GAUGE]),
	LIMIT_ROW("observable_up_down_counter", observed[KIND_UPDOWNCOUNTER]),
	LIMIT_ROW("up_down_counter", other[KIND_UPDOWNCOUNTER]),
};
static const struct table limit_table = {"cardinality_limits", limit_rows, ARRAY_SIZE(limit_rows)};

/* What is read from maps is observed; who sets the limit of the other kind means the same. */
static void row_limits(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct views *views = &((struct settings *)target)->views;
	struct limits limits = {.any = 0};

	file_table(parse, &limit_table, node, &limits);
	for (size_t i = 0; i < KIND_COUNT; i++)
		views->cardinality[i] = limits.observed[i] ? limits.observed[i]
					: limits.other[i]  ? limits.other[i]
							   : limits.any;
}

static const struct row periodic_rows[] = {
	{"interval", false, file_row_milliseconds, FIELD(interval_ns),
		"milliseconds from one collection to the next", &file_shape_time},
	{"timeout", false, file_row_time_limit, FIELD(export_timeout_ns),
		"milliseconds for a whole export", &file_shape_time},
	{"exporter", true, file_row_exporter, 0, "otlp_http or console", &file_shape_exporter},
	{"producers", false, file_row_unsupported, 0, "not used", NULL},
	{"cardinality_limits", false, row_limits, 0, "the most series of a metric, by instrument",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &limit_table}},
	{"max_export_batch_size/development", false, file_row_unsupported, 0, "not used", NULL},
};
static const struct table periodic_table = {
	"a periodic reader", periodic_rows, ARRAY_SIZE(periodic_rows)};

static void row_periodic(struct parse *parse, const struct yaml_node *node, void *target)
{
	file_table(parse, &periodic_table, node, target);
}

static void row_pull(struct parse *parse, const struct yaml_node *node, void *target)
{
	(void)target;
	report_add(parse->report, node->key_position,
		"found 'pull', expected 'periodic': otelbpf delivers to a collector, which has a "
		"page for Prometheus");
}

static const struct row reader_rows[] = {
	{"periodic", false, row_periodic, 0, "a periodic reader",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &periodic_table}},
	{"pull", false, row_pull, 0, "not supported", NULL},
};
static const struct table reader_table = {"a reader", reader_rows, ARRAY_SIZE(reader_rows)};

static void row_readers(struct parse *parse, const struct yaml_node *node, void *target)
{
	if (node->kind == YAML_SEQUENCE && node->count != 1)
		report_add(parse->report, node->position,
			"found %zu readers, expected one: otelbpf delivers to one receiver",
			node->count);
	else if (!node_is_list(parse, node, "a list of one reader", 1))
		return;
	else if (file_only_entry(parse, node->first, "periodic"))
		table_parse(parse, &reader_table, node->first, target);
}

static const struct row provider_rows[] = {
	{"readers", true, row_readers, 0, "one reader",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &(const struct shape){.kind = SHAPE_TABLE, .table = &reader_table},
			.least = 1,
			.most = 1}},
	{"views", false, file_row_views, 0, "what becomes of metrics", &file_shape_views},
	/* There are no exemplars. */
	{"exemplar_filter", false, file_row_ignored, 0, "not used", NULL},
	{"meter_configurator/development", false, file_row_unsupported, 0, "not used", NULL},
};
static const struct table provider_table = {
	"meter_provider", provider_rows, ARRAY_SIZE(provider_rows)};

static void row_provider(struct parse *parse, const struct yaml_node *node, void *target)
{
	file_table(parse, &provider_table, node, target);
}

static void row_packs(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct settings *settings = target;

	(void)file_texts(parse, node, "names or paths of packs", LIMIT_PACKS, &settings->packs,
		&settings->pack_count);
}

static const struct row own_rows[] = {
	{"packs", false, row_packs, 0, "packs that run; without it the default ones",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &file_shape_text,
			.least = 1,
			.most = LIMIT_PACKS}},
	{"pack_dir", false, file_row_text, FIELD(pack_dir), "where packs are looked for by name",
		&file_shape_text},
	{"strict", false, file_row_flag, FIELD(strict), "whether a pack that fails is fatal",
		&file_shape_flag},
	{"ebpf_exporter_prefix", false, file_row_flag, FIELD(ebpf_exporter_prefix),
		"whether metrics of ebpf_exporter's files are called ebpf_exporter_NAME",
		&file_shape_flag},
};
static const struct table own_table = {"the settings of otelbpf", own_rows, ARRAY_SIZE(own_rows)};

/* Those of others are not ours to judge. */
static void row_distribution(struct parse *parse, const struct yaml_node *node, void *target)
{
	const struct yaml_node *own = node->kind == YAML_MAPPING ? yaml_get(node, "otelbpf") : NULL;

	if (own)
		file_table(parse, &own_table, own, target);
	else if (node->kind != YAML_MAPPING && !node_is_null(node))
		report_add(parse->report, node->position, "found %s, expected 'otelbpf: ...'",
			yaml_describe(node, parse->arena));
}

static const struct table distribution_table = {"distribution",
	(const struct row[]){{"otelbpf", false, row_distribution, 0, "otelbpf's own settings",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &own_table}}},
	1};

static const struct row file_rows[] = {
	{"file_format", true, row_file_format, 0, "'file_format: \"1.1\"'", &file_shape_text},
	{"disabled", false, file_row_flag, FIELD(sdk_disabled), "whether nothing is to be done",
		&file_shape_flag},
	{"log_level", false, row_log_level, FIELD(log_level),
		"trace, debug, info, warn, error or fatal", &file_shape_text},
	{"resource", false, file_row_resource, 0, "who reports", &file_shape_resource},
	{"meter_provider", false, row_provider, 0, "a reader, and views",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &provider_table}},
	{"distribution", false, row_distribution, 0, "otelbpf's own settings",
		&(const struct shape){.kind = SHAPE_OPEN_TABLE, .table = &distribution_table}},
	/* What is about other signals, and limits that do not apply to metrics. */
	{"attribute_limits", false, file_row_ignored, 0, "not used", NULL},
	{"propagator", false, file_row_ignored, 0, "not used", NULL},
	{"tracer_provider", false, file_row_ignored, 0, "not used", NULL},
	{"logger_provider", false, file_row_ignored, 0, "not used", NULL},
	{"instrumentation/development", false, file_row_ignored, 0, "not used", NULL},
};
static const struct table file_table_rows = {
	"a configuration file", file_rows, ARRAY_SIZE(file_rows)};

/* The schema allows more at the top than it knows: take that out, with a warning. */
static void drop_unknown(struct parse *parse, struct yaml_node *root)
{
	struct yaml_node **link = &root->first;

	while (root->kind == YAML_MAPPING && *link) {
		struct yaml_node *node = *link;
		struct nearest nearest;
		bool known = false;

		nearest_init(&nearest, node->key);
		for (size_t i = 0; i < ARRAY_SIZE(file_rows); i++) {
			known |= strcmp(file_rows[i].key, node->key) == 0;
			nearest_offer(&nearest, file_rows[i].key);
		}
		if (known) {
			link = &node->next;
			continue;
		}
		file_warn(parse, node->key_position, "'%.60s' is not known; it is ignored%s%s%s",
			node->key, nearest.name ? "; did you mean '" : "",
			nearest.name ? nearest.name : "", nearest.name ? "'?" : "");
		*link = node->next;
		root->count--;
	}
}

/* Only values, never keys; what is put in is one value, whatever it looks like. */
static void substitute_all(struct parse *parse, struct yaml_node *node)
{
	const struct environment *env = ((struct file_parse *)parse)->env;
	const char *text, *problem;

	for (struct yaml_node *child = node->first; child; child = child->next)
		substitute_all(parse, child);
	if (node->kind != YAML_SCALAR)
		return;
	text = substitute(node->text, env->lookup, parse->arena, &problem);
	if (text && utf8_is_valid(text, strlen(text)))
		node->text = text;
	else if (text || problem)
		report_add(parse->report, node->position, "found %s: %s",
			yaml_describe(node, parse->arena),
			problem ? problem : "the variable is not UTF-8");
	else
		parse->report->no_memory = true;
}

int settings_file_parse(const char *file, const char *text, size_t length, struct environment *env,
	struct settings *settings, struct err *err)
{
	const char *name = arena_strdup(env->arena, file);
	struct report report;
	struct file_parse parse = {{.arena = env->arena, .report = &report}, env};
	struct yaml_node *root;
	int result;

	if (!name)
		return err_set(err, -ENOMEM, "%s: out of memory", file);
	result = yaml_parse(name, text, length, env->arena, &root, err);
	if (result)
		return result;
	report_init(&report, name, err);
	substitute_all(&parse.parse, root);
	drop_unknown(&parse.parse, root);
	/* Without a meter provider there is nothing to do. */
	settings->exporter = EXPORTER_NONE;
	table_parse(&parse.parse, &file_table_rows, root, settings);
	return report_end(&report);
}

int settings_file_load(
	const char *file, struct environment *env, struct settings *settings, struct err *err)
{
	struct buf buf;
	int result = file_read(file, &buf, err);

	if (result)
		return result;
	result = settings_file_parse(file, (const char *)buf.data, buf.length, env, settings, err);
	buf_fini(&buf);
	return result;
}

void settings_schema(struct buf *out)
{
	file_schema("Configuration file of otelbpf (OpenTelemetry declarative configuration)",
		&file_table_rows, out);
}
