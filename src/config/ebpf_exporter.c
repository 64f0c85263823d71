/* SPDX-License-Identifier: Apache-2.0 */
#include "config/ebpf_exporter.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "config/definition_rows.h"
#include "config/ebpf_exporter_rows.h"

static const char prefix[] = "ebpf_exporter_";

/* What the rows of a whole file fill. */
struct exporter_file {
	struct pack_definition *pack;
	const struct definition_options *options;
};

struct exporter_metric {
	const char *name, *help;
	bool perf_event_array;
	struct exporter_labels labels;
	struct exporter_buckets buckets;
};

bool ebpf_exporter_recognise(const struct yaml_node *root)
{
	const struct yaml_node *metrics;

	if (root->kind != YAML_MAPPING)
		return false;
	metrics = yaml_get(root, "metrics");
	if (metrics && metrics->kind == YAML_MAPPING)
		return yaml_get(metrics, "counters") || yaml_get(metrics, "histograms");
	return !metrics && yaml_get(root, "tracing");
}

static void row_ignored(struct parse *parse, const struct yaml_node *node, void *target)
{
	(void)parse;
	(void)node;
	(void)target;
}

static void row_flag(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_text(parse, node, "true or false");

	if (!text)
		return;
	if (node->quoted || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
		report_add(parse->report, node->position, "found %s, expected true or false",
			yaml_describe(node, parse->arena));
	else
		*(bool *)target = *text == 't';
}

static const struct row counter_rows[] = {
	{"name", true, row_identifier, offsetof(struct exporter_metric, name),
		"the name of the map and of the metric", &shape_identifier},
	{"help", true, row_description, offsetof(struct exporter_metric, help),
		"a sentence that says what is counted", &shape_text},
	{"labels", false, row_labels, offsetof(struct exporter_metric, labels),
		"the fields of the map's key", &shape_labels},
	{"perf_event_array", false, row_flag, offsetof(struct exporter_metric, perf_event_array),
		"whether the map is a perf event array", &shape_flag},
	/* Counters that begin anew every now and then: nobody wants that, and nothing needs it. */
	{"flush_interval", false, row_ignored, 0, NULL, NULL},
};
static const struct table counter_table = {"a counter", counter_rows, ARRAY_SIZE(counter_rows)};

#define BUCKETS offsetof(struct exporter_metric, buckets)
static const struct row histogram_rows[] = {
	{"name", true, row_identifier, offsetof(struct exporter_metric, name),
		"the name of the map and of the metric", &shape_identifier},
	{"help", true, row_description, offsetof(struct exporter_metric, help),
		"a sentence that says what is measured", &shape_text},
	{"labels", true, row_labels, offsetof(struct exporter_metric, labels),
		"at least the label of the bucket", &shape_labels},
	{"bucket_type", true, row_bucket_type, BUCKETS, "exp2, exp2zero, linear or fixed",
		&shape_bucket_type},
	{"bucket_min", false, row_bucket_min, BUCKETS, "the number of the first bucket",
		&shape_bucket_number},
	{"bucket_max", false, row_bucket_max, BUCKETS, "the number of the last bucket",
		&shape_bucket_number},
	{"bucket_multiplier", false, row_bucket_multiplier, BUCKETS,
		"what a value in the map is in the metric's unit", &shape_multiplier},
	{"bucket_keys", false, row_bucket_keys, BUCKETS, "the numbers of fixed buckets",
		&shape_bucket_keys},
};
static const struct table histogram_table = {
	"a histogram", histogram_rows, ARRAY_SIZE(histogram_rows)};

/* Whether `word` is one of the words of a name, which have '_' between them. */
static bool has_word(const char *name, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = name; (at = strstr(at, word)); at++)
		if ((at == name || at[-1] == '_') && (!at[length] || at[length] == '_'))
			return true;
	return false;
}

static bool has_total(const char *name)
{
	static const char total[] = "_total";
	size_t length = strlen(name);

	return length >= sizeof(total) && strcmp(name + length - (sizeof(total) - 1), total) == 0;
}

/*
 * The Collector's Prometheus exporter adds the unit's word to a name that does not have it, and
 * "_total" to a monotonic sum: so the unit is what the name says, and what is no "_total" is sent
 * as what it then is, a sum that may fall.
 */
static void name_metric(struct parse *parse, const struct exporter_file *file,
	const struct yaml_node *node, const struct exporter_metric *found,
	struct metric_definition *metric)
{
	if (!found->name)
		return;
	metric->map = found->name;
	metric->name = found->name;
	metric->unit = has_word(found->name, "seconds") ? "s"
		       : has_word(found->name, "bytes") ? "By"
							: "";
	metric->instrument = has_total(found->name) ? "counter" : "updowncounter";
	if (file->options->ebpf_exporter_prefix) {
		metric->name = arena_printf(parse->arena, "%s%s", prefix, found->name);
		if (!metric->name)
			parse->report->no_memory = true;
	} else if (*found->name == '_') {
		report_add(parse->report, yaml_get(node, "name")->position,
			"found the name '%.60s', expected a letter first (OpenTelemetry's "
			"instrument names); --ebpf-exporter-prefix puts some before it",
			found->name);
	}
	if (strstr(found->name, "__") || found->name[strlen(found->name) - 1] == '_')
		note_add(parse->arena, &file->pack->notes, file->pack->file, node->position,
			"metric %.60s: the Collector's Prometheus exporter makes one underscore of "
			"several and leaves out the last",
			found->name);
	if (metric->name && strlen(metric->name) > LIMIT_METRIC_NAME)
		report_add(parse->report, yaml_get(node, "name")->position,
			"found a name of %zu characters, expected at most %d", strlen(metric->name),
			LIMIT_METRIC_NAME);
}

/* The metric's name is the map's, so one of each kind is one too many. */
static void check_name_is_new(struct parse *parse, const struct yaml_node *node,
	const struct pack_definition *pack, const struct metric_definition *metric)
{
	for (const struct metric_definition *other = pack->metrics; other < metric; other++)
		if (metric->name && other->name && strcasecmp(metric->name, other->name) == 0) {
			report_add(parse->report, yaml_get(node, "name")->position,
				"found metric '%.60s' again, expected another name (first at line "
				"%u)",
				metric->map, other->position.line);
			return;
		}
}

/* What is not in the key cannot be counted. */
static void check_number_size(struct parse *parse, const struct bucket_rows *rows)
{
	uint64_t last = rows->numbers[rows->number_count - 1];
	uint32_t size = rows->number.size;

	if (rows->sum_number > last)
		last = rows->sum_number;
	if (size && size < sizeof(last) && last >> 8 * size)
		report_add(parse->report, rows->number.position,
			"found a bucket label of %u bytes, expected room for %llu: the number of "
			"the last bucket, or of the sum behind it",
			size, (unsigned long long)last);
}

static void make_histogram(struct parse *parse, const struct yaml_node *node,
	struct exporter_metric *found, struct metric_definition *metric)
{
	struct bucket_rows *rows = parse_alloc(parse, sizeof(*rows));

	metric->instrument = "histogram";
	metric->buckets = BUCKETS_ROWS;
	metric->rows = rows;
	metric->factor = found->buckets.multiplier.numerator;
	metric->divisor = found->buckets.multiplier.denominator;
	if (!rows || !make_bucket_rows(parse, node, &found->buckets, rows))
		return;
	if (!metric->attribute_count) {
		if (yaml_get(node, "labels"))
			report_add(parse->report, node->position,
				"found a histogram without labels, expected at least that of the "
				"bucket");
		return;
	}
	rows->number = metric->attributes[--metric->attribute_count];
	check_number_size(parse, rows);
	for (size_t i = 0; i < metric->attribute_count; i++)
		if (metric->attributes[i].name && strcmp(metric->attributes[i].name, "le") == 0)
			report_add(parse->report, metric->attributes[i].position,
				"found a label 'le', expected another name: Prometheus needs it "
				"for "
				"the buckets");
}

static void parse_metric(struct parse *parse, const struct exporter_file *file,
	const struct yaml_node *node, const struct table *table)
{
	struct pack_definition *pack = file->pack;
	struct metric_definition *metric = &pack->metrics[pack->metric_count];
	struct exporter_metric found = {.buckets.multiplier = {1, 1}};

	*metric = (struct metric_definition){
		.position = node->position,
		.map_position = node->position,
		.factor = 1,
		.divisor = 1,
		.by_size = true,
	};
	if (!table_parse(parse, table, node, &found))
		return;
	metric->description = found.help;
	metric->attributes = found.labels.labels;
	metric->attribute_count = found.labels.count;
	metric->key_size = found.labels.size;
	metric->samples = found.perf_event_array;
	name_metric(parse, file, node, &found, metric);
	if (table == &histogram_table)
		make_histogram(parse, node, &found, metric);
	else if (metric->attribute_count > LIMIT_ATTRIBUTES_PER_SERIES)
		report_add(parse->report, node->position, "found %zu labels, expected at most %d",
			metric->attribute_count, LIMIT_ATTRIBUTES_PER_SERIES);
	check_name_is_new(parse, node, pack, metric);
	pack->metric_count++;
}

static void parse_metrics(
	struct parse *parse, const struct yaml_node *node, void *target, const struct table *table)
{
	const struct exporter_file *file = target;

	if (is_nothing(node) ||
		!node_is_list(parse, node, "a list of metrics", LIMIT_METRICS_PER_PACK))
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (file->pack->metric_count == LIMIT_METRICS_PER_PACK) {
			report_add(parse->report, child->position,
				"found another metric, expected at most %d in a file",
				LIMIT_METRICS_PER_PACK);
			return;
		}
		parse_metric(parse, file, child, table);
	}
}

static void row_counters(struct parse *parse, const struct yaml_node *node, void *target)
{
	parse_metrics(parse, node, target, &counter_table);
}

static void row_histograms(struct parse *parse, const struct yaml_node *node, void *target)
{
	parse_metrics(parse, node, target, &histogram_table);
}

static const struct row metrics_rows[] = {
	{"counters", false, row_counters, 0, "metrics with one entry per set of labels",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &(
				const struct shape){.kind = SHAPE_TABLE, .table = &counter_table}}},
	{"histograms", false, row_histograms, 0, "metrics with one entry per bucket",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &(const struct shape){.kind = SHAPE_TABLE,
				.table = &histogram_table}}},
};
static const struct table metrics_table = {
	"the metrics of ebpf_exporter", metrics_rows, ARRAY_SIZE(metrics_rows)};

static void row_exporter_metrics(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct exporter_file *file = target;
	size_t before = parse->report->count;

	file->pack->metrics = parse_alloc(
		parse, (LIMIT_METRICS_PER_PACK + 1) * sizeof(*file->pack->metrics));
	if (!file->pack->metrics || !table_parse(parse, &metrics_table, node, file))
		return;
	if (!file->pack->metric_count && parse->report->count == before)
		report_add(parse->report, node->position,
			"found no metric that is supported, expected counters or histograms");
}

static void row_tracing(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct exporter_file *file = target;

	note_add(parse->arena, &file->pack->notes, file->pack->file, node->key_position,
		"tracing: spans are not supported; only the metrics of this file are exported");
}

static void row_cgroup_id_map(struct parse *parse, const struct yaml_node *node, void *target)
{
	row_cgroup_map(parse, node, ((struct exporter_file *)target)->pack);
}

static void row_kaddrs(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct pack_definition *pack = ((struct exporter_file *)target)->pack;

	if (!node_is_list(parse, node, "a list of kernel symbols", LIMIT_KERNEL_ADDRESSES))
		return;
	pack->addresses = parse_alloc(parse, node->count * sizeof(*pack->addresses));
	for (const struct yaml_node *child = node->first; pack->addresses && child;
		child = child->next) {
		struct address_definition *address = &pack->addresses[pack->address_count];

		address->position = child->position;
		row_identifier(parse, child, &address->symbol);
		if (!address->symbol)
			continue;
		address->variable = arena_printf(parse->arena, "kaddr_%s", address->symbol);
		if (address->variable)
			pack->address_count++;
		else
			parse->report->no_memory = true;
	}
}

static const struct row file_rows[] = {
	{"name", false, row_ignored, 0, NULL, NULL}, /* the file's name is used, as there */
	{"metrics", true, row_exporter_metrics, 0,
		"counters or histograms (spans are not supported)",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &metrics_table}},
	{"tracing", false, row_tracing, 0, "spans, which are not supported", NULL},
	{"kaddrs", false, row_kaddrs, 0, "symbols whose addresses programs get",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &shape_identifier,
			.least = 1,
			.most = LIMIT_KERNEL_ADDRESSES}},
	{"cgroup_id_map", false, row_cgroup_id_map, 0,
		"a map that gets the cgroups whose paths match", &shape_cgroup_map},
};
const struct table ebpf_exporter_table = {
	"a file of ebpf_exporter", file_rows, ARRAY_SIZE(file_rows)};

void ebpf_exporter_parse(struct parse *parse, const struct yaml_node *root,
	const struct definition_options *options, struct pack_definition *pack)
{
	struct exporter_file file = {.pack = pack, .options = options};

	/* Such files have neither. */
	pack->version = "";
	pack->description = "Metrics of ebpf_exporter.";
	table_parse(parse, &ebpf_exporter_table, root, &file);
}
