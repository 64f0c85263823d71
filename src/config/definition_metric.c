/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of `metrics`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/nearest.h"
#include "base/str.h"
#include "config/definition_rows.h"
#include "config/duration.h"
#include "config/unit.h"

static const char *const instruments[] = {
	"counter", "updowncounter", "gauge", "histogram", "exponential_histogram", NULL};
static const char instruments_expected[] =
	"counter, updowncounter, gauge, histogram or exponential_histogram";

/* Metrics API, "Instrument name syntax". */
static bool is_metric_name(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789_.-/";

	return *text && strchr(letters, *text) && !text[strspn(text, all)];
}

static void row_metric_name(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_text(parse, node, "the instrument's name");

	if (!text)
		return;
	if (strlen(text) > LIMIT_METRIC_NAME)
		report_add(parse->report, node->position,
			"found a name of %zu characters, expected at most %d", strlen(text),
			LIMIT_METRIC_NAME);
	else if (!is_metric_name(text))
		report_add(parse->report, node->position,
			"found the name %s, expected a letter, then letters, digits and _ . - / "
			"(OpenTelemetry's instrument names)",
			yaml_describe(node, parse->arena));
	else
		*(const char **)target = text;
}

static void row_instrument(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_text(parse, node, instruments_expected);
	struct nearest nearest;

	if (!text)
		return;
	nearest_init(&nearest, text);
	for (size_t i = 0; instruments[i]; i++) {
		nearest_offer(&nearest, instruments[i]);
		if (strcmp(text, instruments[i]) == 0) {
			*(const char **)target = text;
			return;
		}
	}
	if (nearest.name)
		report_add(parse->report, node->position,
			"found the instrument %s; did you mean '%s'?",
			yaml_describe(node, parse->arena), nearest.name);
	else
		report_add(parse->report, node->position, "found the instrument %s, expected %s",
			yaml_describe(node, parse->arena), instruments_expected);
}

static void row_unit(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text;
	char why[256];

	if (node->kind == YAML_MAPPING) {
		report_add(parse->report, node->position,
			"found a mapping, expected a unit: YAML needs quotes around braces, as in "
			"\"{request}\"");
		return;
	}
	text = node_text(parse, node, "a unit such as s, By, 1 or {request}");
	if (!text)
		return;
	if (unit_check(text, why, sizeof(why)))
		report_add(parse->report, node->position, "found the unit %s: %s",
			yaml_describe(node, parse->arena), why);
	else
		*(const char **)target = text;
}

static void parse_number(struct parse *parse, const struct yaml_node *node,
	const struct shape *shape, uint32_t *target)
{
	uint64_t value;
	char expected[64];
	const char *text;

	snprintf(expected, sizeof(expected), "a number from %" PRIu64 " to %" PRIu64, shape->least,
		shape->most);
	text = node_text(parse, node, expected);
	if (!text)
		return;
	if (!node->quoted && str_to_u64(text, &value) == 0 && value >= shape->least &&
		value <= shape->most)
		*target = (uint32_t)value;
	else
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), expected);
}

static const struct shape exponent_shape = {.kind = SHAPE_NUMBER, .most = 63};
static const struct shape max_size_shape = {
	.kind = SHAPE_NUMBER, .least = 2, .most = LIMIT_EXPONENTIAL_BUCKETS};
static const struct shape cardinality_shape = {
	.kind = SHAPE_NUMBER, .least = 1, .most = LIMIT_CARDINALITY};

static void row_exponent(struct parse *parse, const struct yaml_node *node, void *target)
{
	parse_number(parse, node, &exponent_shape, target);
}

static void row_max_size(struct parse *parse, const struct yaml_node *node, void *target)
{
	parse_number(parse, node, &max_size_shape, target);
}

static void row_cardinality_limit(struct parse *parse, const struct yaml_node *node, void *target)
{
	parse_number(parse, node, &cardinality_shape, target);
}

static const char idle_timeout_expected[] =
	"a whole number of seconds (s), minutes (m), hours (h) or days (d) from 1s to 365d, such "
	"as 10m";

static void row_idle_timeout(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const uint64_t longest = 365 * 86400 * UINT64_C(1000000000);
	const char *text = node_text(parse, node, idle_timeout_expected);
	uint64_t ns;

	if (!text)
		return;
	if (!duration_parse(text, &ns) && ns >= 1000000000 && ns <= longest)
		*(uint64_t *)target = ns;
	else
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), idle_timeout_expected);
}

static const struct row exp2_rows[] = {
	{"first", true, row_exponent, offsetof(struct metric_definition, exp2_first),
		"the exponent of bucket 0's upper bound", &exponent_shape},
};
static const struct table exp2_table = {"exp2 buckets", exp2_rows, ARRAY_SIZE(exp2_rows)};

static void row_exp2(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct metric_definition *metric = target;

	metric->buckets = BUCKETS_EXP2;
	table_parse(parse, &exp2_table, node, metric);
}

static void row_boundaries(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct metric_definition *metric = target;
	struct boundaries *boundaries = parse_alloc(parse, sizeof(*boundaries));

	if (boundaries && boundaries_parse(parse, node, boundaries))
		metric->boundaries = boundaries;
	metric->buckets = BUCKETS_BOUNDARIES;
}

static const struct row bucket_rows[] = {
	{"exp2", false, row_exp2, 0, "'exp2: { first: N }'",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &exp2_table}},
	{"boundaries", false, row_boundaries, 0,
		"'boundaries: [...]' of buckets made of those of an exponential histogram",
		&shape_boundaries},
};
static const struct table bucket_table = {"buckets", bucket_rows, ARRAY_SIZE(bucket_rows)};

static void row_buckets(struct parse *parse, const struct yaml_node *node, void *target)
{
	size_t before = parse->report->count;

	if (table_parse(parse, &bucket_table, node, target) && node->count != 1 &&
		parse->report->count == before)
		report_add(parse->report, node->position,
			"found %s in 'buckets', expected either 'exp2: { first: N }' or "
			"'boundaries: [...]'",
			node->count ? "both" : "nothing");
}

static const struct shape name_shape = {
	.kind = SHAPE_TEXT, .pattern = "^[A-Za-z][A-Za-z0-9_./-]{0,254}$"};
static const struct shape duration_shape = {.kind = SHAPE_TEXT, .pattern = "^[0-9]+(ms|s|m|h|d)$"};
static const struct shape unit_shape = {.kind = SHAPE_TEXT, .pattern = "^.{1,63}$"};

static const struct row metric_rows[] = {
	{"name", true, row_metric_name, offsetof(struct metric_definition, name),
		"the instrument's name", &name_shape},
	{"instrument", true, row_instrument, offsetof(struct metric_definition, instrument),
		instruments_expected,
		&(const struct shape){.kind = SHAPE_CHOICE, .choices = instruments}},
	{"unit", true, row_unit, offsetof(struct metric_definition, unit),
		"a unit such as s, By, 1 or {request}", &unit_shape},
	{"description", true, row_description, offsetof(struct metric_definition, description),
		"a sentence that says what is measured", &shape_text},
	{"map", true, row_identifier, offsetof(struct metric_definition, map),
		"the name of the BPF map with the values", &shape_identifier},
	{"measured_in", false, row_unit, offsetof(struct metric_definition, measured_in),
		"the unit in the map, if it is another", &unit_shape},
	{"buckets", false, row_buckets, 0, "the buckets of a histogram",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &bucket_table}},
	{"max_size", false, row_max_size, offsetof(struct metric_definition, max_size),
		"the most buckets of an exponential histogram; without it 160", &max_size_shape},
	{"cardinality_limit", false, row_cardinality_limit,
		offsetof(struct metric_definition, cardinality_limit),
		"the most series, the overflow series not counted; without it 2000",
		&cardinality_shape},
	{"idle_timeout", false, row_idle_timeout,
		offsetof(struct metric_definition, idle_timeout_ns),
		"after how long without a change a series ends; without it none does",
		&duration_shape},
	{"value", false, row_field, offsetof(struct metric_definition, value),
		"field of the value's struct; without it the whole value", &shape_field},
	{"per_cpu", false, row_attribute_name, offsetof(struct metric_definition, per_cpu),
		"the attribute that keeps CPUs apart; without it they are summed", &shape_text},
	{"attributes", false, row_attributes, 0, "the attributes made of the key",
		&shape_attributes},
};
static const struct table metric_table = {"a metric", metric_rows, ARRAY_SIZE(metric_rows)};
const struct shape shape_metrics = {.kind = SHAPE_LIST,
	.items = &(const struct shape){.kind = SHAPE_TABLE, .table = &metric_table},
	.least = 1,
	.most = LIMIT_METRICS_PER_PACK};

static void check_units(
	struct parse *parse, const struct yaml_node *node, struct metric_definition *metric)
{
	const char *from = metric->measured_in, *to = metric->unit;
	struct position at;

	if (!from || !to)
		return;
	at = yaml_get(node, "measured_in")->position;
	switch (unit_divisor(from, to, &metric->divisor)) {
	case UNIT_CONVERTS:
		break;
	case UNIT_UNKNOWN:
		report_add(parse->report, at,
			"found measured_in '%s' for the unit '%s', expected units of time or of "
			"size (ns, us, ms, s, min, h, d; By, kBy, KiBy, MBy, MiBy, GBy, GiBy, "
			"TBy, TiBy)",
			from, to);
		break;
	case UNIT_OTHER_KIND:
		report_add(parse->report, at,
			"found measured_in '%s' for the unit '%s', expected a unit of the same "
			"kind: one is a time, the other a size",
			from, to);
		break;
	case UNIT_SMALLER:
		report_add(parse->report, at,
			"found measured_in '%s' for the unit '%s', expected a unit of which '%s' "
			"is a whole multiple",
			from, to, to);
		break;
	}
}

static const char *article(const char *word)
{
	return strchr("aeiou", *word) ? "an" : "a";
}

static void check_instrument(
	struct parse *parse, const struct yaml_node *node, const struct metric_definition *metric)
{
	const struct yaml_node *buckets = yaml_get(node, "buckets");
	const struct yaml_node *value = yaml_get(node, "value");
	const struct yaml_node *max_size = yaml_get(node, "max_size");
	bool histogram, exponential;

	if (!metric->instrument)
		return;
	histogram = strcmp(metric->instrument, "histogram") == 0;
	exponential = strcmp(metric->instrument, "exponential_histogram") == 0;
	if (histogram && !buckets)
		report_add(parse->report, node->position,
			"found a histogram without 'buckets', expected 'buckets: { exp2: { first: "
			"N } }' or 'buckets: { boundaries: [...] }'");
	if (!histogram && buckets)
		report_add(parse->report, buckets->key_position,
			"found 'buckets' in %s %s, expected them in a histogram only",
			article(metric->instrument), metric->instrument);
	if ((histogram || exponential) && value)
		report_add(parse->report, value->key_position,
			"found 'value' in a histogram, expected it in the other instruments only");
	if (!exponential && max_size)
		report_add(parse->report, max_size->key_position,
			"found 'max_size' in %s %s, expected it in an exponential_histogram only",
			article(metric->instrument), metric->instrument);
}

static void check_per_cpu(
	struct parse *parse, const struct yaml_node *node, const struct metric_definition *metric)
{
	for (size_t i = 0; metric->per_cpu && i < metric->attribute_count; i++) {
		const char *name = metric->attributes[i].name;

		if (name && strcmp(name, metric->per_cpu) == 0)
			report_add(parse->report, yaml_get(node, "per_cpu")->position,
				"found per_cpu '%.60s', which is also in 'attributes', expected "
				"another name",
				name);
	}
}

/* Instrument names are case-insensitive (Metrics API). */
static void check_name_is_new(struct parse *parse, const struct yaml_node *node,
	const struct pack_definition *pack, const struct metric_definition *metric)
{
	for (const struct metric_definition *other = pack->metrics; other < metric; other++)
		if (metric->name && other->name && strcasecmp(metric->name, other->name) == 0) {
			report_add(parse->report, yaml_get(node, "name")->position,
				"found metric '%.60s' again, expected another name (first at line "
				"%u)",
				metric->name, other->position.line);
			return;
		}
}

static struct position position_of(const struct yaml_node *metric, const char *key)
{
	const struct yaml_node *node = yaml_get(metric, key);

	return node ? node->position : metric->position;
}

static void keep_positions(const struct yaml_node *node, struct metric_definition *metric)
{
	metric->map_position = position_of(node, "map");
	metric->value_position = position_of(node, "value");
	metric->per_cpu_position = position_of(node, "per_cpu");
	metric->buckets_position = position_of(node, "buckets");
	metric->measured_in_position = position_of(node, "measured_in");
	metric->idle_timeout_position = position_of(node, "idle_timeout");
}

void row_metrics(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct pack_definition *pack = target;

	if (!node_is_list(parse, node, "a list of metrics", LIMIT_METRICS_PER_PACK))
		return;
	pack->metrics = parse_alloc(parse, node->count * sizeof(*pack->metrics));
	if (!pack->metrics)
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		struct metric_definition *metric = &pack->metrics[pack->metric_count++];

		*metric = (struct metric_definition){
			.position = child->position, .factor = 1, .divisor = 1};
		if (!table_parse(parse, &metric_table, child, metric))
			continue;
		keep_positions(child, metric);
		check_name_is_new(parse, child, pack, metric);
		check_units(parse, child, metric);
		check_instrument(parse, child, metric);
		check_per_cpu(parse, child, metric);
	}
}
