/* SPDX-License-Identifier: Apache-2.0 */
/* The exporter of a reader. */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "config/settings_file_rows.h"
#include "config/url.h"

#define FIELD(name) offsetof(struct settings, name)

static void row_endpoint(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_is_null(node) ? NULL : node_text(parse, node, "a URL");
	struct settings *settings = target;
	bool had_user = false;
	struct err err = {0};

	if (!text)
		return;
	if (url_parse(text, NULL, parse->arena, &settings->url, &had_user, &err))
		/* What precedes an '@' may be a password. */
		report_add(parse->report, node->position, "found %s: %s",
			strchr(text, '@') ? "a URL" : yaml_describe(node, parse->arena), err.text);
	else if (had_user)
		file_warn(parse, node->position,
			"the user name and password in the URL are ignored; put an authorization "
			"header into 'headers'");
}

static const struct row tls_rows[] = {
	{"ca_file", false, file_row_text, FIELD(ca_file),
		"PEM file with the authorities that the receiver's certificate may be of",
		&file_shape_text},
	{"cert_file", false, file_row_text, FIELD(cert_file), "PEM file with our own certificate",
		&file_shape_text},
	{"key_file", false, file_row_text, FIELD(key_file), "PEM file with its key",
		&file_shape_text},
};
static const struct table tls_table = {"tls", tls_rows, ARRAY_SIZE(tls_rows)};

static void row_tls(struct parse *parse, const struct yaml_node *node, void *target)
{
	const struct settings *settings = target;

	file_table(parse, &tls_table, node, target);
	if (!settings->cert_file != !settings->key_file)
		report_add(parse->report, node->position,
			"found '%s' alone, expected 'cert_file' and 'key_file' or neither",
			settings->cert_file ? "cert_file" : "key_file");
}

static const struct row header_rows[] = {
	{"name", true, file_row_text, offsetof(struct pair, key), "the header's name",
		&file_shape_text},
	{"value", true, file_row_text, offsetof(struct pair, value), "the header's value",
		&file_shape_text},
};
static const struct table header_table = {"a header", header_rows, ARRAY_SIZE(header_rows)};

static bool reserve_headers(struct parse *parse, struct settings *settings)
{
	if (!settings->headers)
		settings->headers = parse_alloc(
			parse, 2 * LIMIT_HEADERS * sizeof(*settings->headers));
	return settings->headers != NULL;
}

static void add_header(struct parse *parse, const struct yaml_node *node, struct settings *settings)
{
	struct pair pair = {.key = NULL};
	const char *problem;

	if (!table_parse(parse, &header_table, node, &pair) || !pair.key || !pair.value)
		return;
	problem = header_problem(pair.key, (char *)pair.value, false);
	if (!problem && settings->header_count >= LIMIT_HEADERS)
		problem = "there are too many headers";
	if (problem)
		report_add(parse->report, node->position, "found the header '%.60s': %s", pair.key,
			problem);
	else
		pairs_set(settings->headers, &settings->header_count, pair, strcasecmp);
}

static void row_headers(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct settings *settings = target;

	if (node_is_null(node) || !node_is_list(parse, node, "a list of headers", LIMIT_HEADERS) ||
		!reserve_headers(parse, settings))
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next)
		add_header(parse, child, settings);
}

/* Those of `headers` win, wherever they stand. */
static void row_headers_list(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_is_null(node) ? NULL : node_text(parse, node, "KEY=VALUE,...");
	struct settings *settings = target;
	char *list = text ? arena_strdup(parse->arena, text) : NULL;
	struct pair *listed, *named = settings->headers;
	size_t count = 0;

	if (!list)
		return;
	settings->headers = NULL;
	if (!reserve_headers(parse, settings))
		return;
	listed = settings->headers;
	headers_parse(((struct file_parse *)parse)->env, parse->report->file, list, listed, &count);
	for (size_t i = 0; i < settings->header_count; i++)
		pairs_set(listed, &count, named[i], strcasecmp);
	settings->header_count = count < LIMIT_HEADERS ? count : LIMIT_HEADERS;
}

static void row_compression(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const struct choice choices[] = {{"none", 0, NULL}, {"gzip", 1, NULL}};
	int value;

	if (file_choice(parse, node, choices, ARRAY_SIZE(choices), &value))
		((struct settings *)target)->gzip = value;
}

static void row_encoding(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const struct choice choices[] = {
		{"protobuf", 0, NULL}, {"json", 0, "not supported by otelbpf, expected protobuf"}};
	int value;

	(void)target;
	(void)file_choice(parse, node, choices, ARRAY_SIZE(choices), &value);
}

static void row_temporality(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const struct choice choices[] = {
		{"cumulative", TEMPORALITY_KIND_CUMULATIVE, NULL},
		{"delta", TEMPORALITY_KIND_DELTA, NULL},
		{"low_memory", TEMPORALITY_KIND_LOWMEMORY, NULL},
		/* As the variable has it. */
		{"lowmemory", 0, "expected low_memory"},
	};
	int value;

	if (file_choice(parse, node, choices, ARRAY_SIZE(choices), &value))
		((struct settings *)target)->temporality = (enum temporality_kind)value;
}

static void row_histograms(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const struct choice choices[] = {
		{"explicit_bucket_histogram", AGGREGATION_EXPLICIT, NULL},
		{"base2_exponential_bucket_histogram", AGGREGATION_EXPONENTIAL, NULL},
	};
	int value;

	if (file_choice(parse, node, choices, ARRAY_SIZE(choices), &value))
		((struct settings *)target)->views.histograms = (enum aggregation)value;
}

static const struct shape compression_shape = {
	.kind = SHAPE_CHOICE, .choices = (const char *const[]){"none", "gzip", NULL}};
static const struct shape encoding_shape = {
	.kind = SHAPE_CHOICE, .choices = (const char *const[]){"protobuf", NULL}};
static const struct shape temporality_shape = {.kind = SHAPE_CHOICE,
	.choices = (const char *const[]){"cumulative", "delta", "low_memory", NULL}};
static const struct shape histograms_shape = {.kind = SHAPE_CHOICE,
	.choices = (const char *const[]){
		"explicit_bucket_histogram", "base2_exponential_bucket_histogram", NULL}};

static const struct row otlp_rows[] = {
	{"endpoint", false, row_endpoint, 0,
		"full URL of the receiver, as http://localhost:4318/v1/metrics", &file_shape_text},
	{"tls", false, row_tls, 0, "certificates",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &tls_table}},
	{"headers", false, row_headers, 0, "further HTTP headers",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &(const struct shape){.kind = SHAPE_TABLE, .table = &header_table},
			.least = 1,
			.most = LIMIT_HEADERS}},
	{"headers_list", false, row_headers_list, 0, "the same as KEY=VALUE,...", &file_shape_text},
	{"compression", false, row_compression, 0, "none or gzip", &compression_shape},
	{"timeout", false, file_row_time_limit, FIELD(request_timeout_ns),
		"milliseconds for one request with all its retries", &file_shape_time},
	{"encoding", false, row_encoding, 0, "protobuf", &encoding_shape},
	{"temporality_preference", false, row_temporality, 0, "cumulative, delta or low_memory",
		&temporality_shape},
	{"default_histogram_aggregation", false, row_histograms, 0,
		"what histograms are where no view says it", &histograms_shape},
};
static const struct table otlp_table = {"otlp_http", otlp_rows, ARRAY_SIZE(otlp_rows)};

static void row_otlp_http(struct parse *parse, const struct yaml_node *node, void *target)
{
	((struct settings *)target)->exporter = EXPORTER_OTLP;
	file_table(parse, &otlp_table, node, target);
}

static const struct row console_rows[] = {
	/* What people read on a terminal are totals. */
	{"temporality_preference", false, file_row_unsupported, 0, "not used", &temporality_shape},
	{"default_histogram_aggregation", false, row_histograms, 0,
		"what histograms are where no view says it", &histograms_shape},
};
static const struct table console_table = {"console", console_rows, ARRAY_SIZE(console_rows)};

static void row_console(struct parse *parse, const struct yaml_node *node, void *target)
{
	((struct settings *)target)->exporter = EXPORTER_CONSOLE;
	file_table(parse, &console_table, node, target);
}

static const struct row exporter_rows[] = {
	{"otlp_http", false, row_otlp_http, 0, "OTLP over HTTP",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &otlp_table}},
	{"console", false, row_console, 0, "readable text on standard output",
		&(const struct shape){.kind = SHAPE_TABLE, .table = &console_table}},
};
static const struct table exporter_table = {
	"an exporter", exporter_rows, ARRAY_SIZE(exporter_rows)};
const struct shape file_shape_exporter = {.kind = SHAPE_TABLE, .table = &exporter_table};

void file_row_exporter(struct parse *parse, const struct yaml_node *node, void *target)
{
	const struct yaml_node *entry = file_only_entry(parse, node, "otlp_http or console");

	if (entry && strcmp(entry->key, "otlp_grpc") == 0)
		report_add(parse->report, entry->key_position,
			"found otlp_grpc, which otelbpf does not speak, expected otlp_http: "
			"collectors listen for it at port 4318");
	else if (entry)
		table_parse(parse, &exporter_table, node, target);
}
