/* SPDX-License-Identifier: Apache-2.0 */
#include "config/definition.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "config/definition_rows.h"
#include "config/ebpf_exporter.h"
#include "config/file.h"

static const char *skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

/* MAJOR[.MINOR[.PATCH]] and what Semantic Versioning 2.0.0 allows behind '-' and '+'. */
static bool is_version(const char *text)
{
	static const char tail[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-+";
	const char *end = skip_digits(text);

	if (end == text)
		return false;
	for (int i = 0; i < 2 && *end == '.'; i++) {
		text = end + 1;
		end = skip_digits(text);
		if (end == text)
			return false;
	}
	if (*end == '-' || *end == '+')
		return end[1] && end[1 + strspn(end + 1, tail)] == '\0';
	return *end == '\0';
}

static void row_version(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char expected[] = "a version such as 1.0.0";
	const char *text = node_text(parse, node, expected);

	if (!text)
		return;
	if (is_version(text) && strlen(text) <= LIMIT_METRIC_NAME)
		*(const char **)target = text;
	else
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), expected);
}

void row_description(struct parse *parse, const struct yaml_node *node, void *target)
{
	const char *text = node_text(parse, node, "a sentence");

	if (!text)
		return;
	if (strlen(text) <= LIMIT_DESCRIPTION)
		*(const char **)target = text;
	else
		report_add(parse->report, node->position,
			"found a description of %zu bytes, expected at most %d", strlen(text),
			LIMIT_DESCRIPTION);
}

static void row_any_of(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct program_choice *choice = target;

	if (!node_is_list(parse, node, "a list of programs", LIMIT_PROGRAM_CHOICES))
		return;
	choice->programs = parse_alloc(parse, node->count * sizeof(*choice->programs));
	if (!choice->programs)
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		const char *name = NULL;

		row_identifier(parse, child, &name);
		for (size_t i = 0; name && i < choice->program_count; i++)
			if (strcmp(choice->programs[i], name) == 0) {
				report_add(parse->report, child->position,
					"found program '%.60s' again, expected it once", name);
				name = NULL;
			}
		if (name)
			choice->programs[choice->program_count++] = name;
	}
}

static const struct row choice_rows[] = {
	{"any_of", true, row_any_of, 0, "programs of which the kernel has to accept one",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &shape_identifier,
			.least = 1,
			.most = LIMIT_PROGRAM_CHOICES}},
};
static const struct table choice_table = {
	"a choice of programs", choice_rows, ARRAY_SIZE(choice_rows)};
static const struct shape choice_shape = {.kind = SHAPE_TABLE, .table = &choice_table};

void row_choices(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct pack_definition *pack = target;

	if (!node_is_list(parse, node, "a list of choices of programs", LIMIT_PROGRAM_CHOICES))
		return;
	pack->choices = parse_alloc(parse, node->count * sizeof(*pack->choices));
	if (!pack->choices)
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		struct program_choice *choice = &pack->choices[pack->choice_count++];

		choice->position = child->position;
		table_parse(parse, &choice_table, child, choice);
	}
}

static const struct row pack_rows[] = {
	{"version", true, row_version, offsetof(struct pack_definition, version),
		"the version of the pack, such as 1.0.0",
		&(const struct shape){
			.kind = SHAPE_TEXT, .pattern = "^[0-9]+([.][0-9]+){0,2}([-+].+)?$"}},
	{"description", true, row_description, offsetof(struct pack_definition, description),
		"a sentence that says what the pack measures", &shape_text},
	{"programs", false, row_choices, 0, "programs of which one is enough, in order",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &choice_shape,
			.least = 1,
			.most = LIMIT_PROGRAM_CHOICES}},
	{"config", false, row_constants, 0, "constants of the object and their values",
		&(const struct shape){.kind = SHAPE_TEXTS}},
	{"attach", false, row_attach, 0, "programs, and where they are attached instead",
		&(const struct shape){.kind = SHAPE_LISTS}},
	{"metrics", true, row_metrics, 0, "a list of metrics", &shape_metrics},
};
const struct table definition_table = {"a definition", pack_rows, ARRAY_SIZE(pack_rows)};

/* Without the ending of a definition, or of an object that has its definition in it. */
static size_t stem_length(const char *base)
{
	static const char *const endings[] = {".yaml", ".bpf.o"};
	size_t length = strlen(base);

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		size_t cut = strlen(endings[i]);

		if (length > cut && strcmp(base + length - cut, endings[i]) == 0)
			return length - cut;
	}
	return length;
}

/* The file's name without folder and ending, made of these characters. */
static const char *pack_name(
	const char *file, const char *characters, struct arena *arena, struct report *report)
{
	const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
	size_t length = stem_length(base);
	const char *name = arena_strndup(arena, base, length);

	if (!name) {
		report->no_memory = true;
		return NULL;
	}
	if (!length || length > LIMIT_METRIC_NAME || name[strspn(name, characters)])
		report_add(report, (struct position){1, 1},
			"found a file named '%.60s', expected a name of a-z, 0-9, _ and - before "
			"%s: it is the pack's name",
			base, base[length] ? base + length : ".yaml");
	return name;
}

static void parse_native(
	struct parse *parse, const struct yaml_node *root, struct pack_definition *pack)
{
	pack->name = pack_name(
		pack->file, "abcdefghijklmnopqrstuvwxyz0123456789_-", parse->arena, parse->report);
	table_parse(parse, &definition_table, root, pack);
}

static void parse_ebpf_exporter(struct parse *parse, const struct yaml_node *root,
	const struct definition_options *options, struct pack_definition *pack)
{
	pack->name = pack_name(pack->file,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", parse->arena,
		parse->report);
	ebpf_exporter_parse(parse, root, options, pack);
}

int definition_parse(const struct definition_options *options, const char *text, size_t length,
	struct arena *arena, struct pack_definition *pack, struct err *err)
{
	const char *file = options->file;
	struct report report;
	struct parse parse = {.arena = arena, .report = &report};
	struct yaml_node *root;
	int result;

	*pack = (struct pack_definition){.file = arena_strdup(arena, file)};
	if (!pack->file)
		return err_set(err, -ENOMEM, "%s: out of memory", file);
	result = yaml_parse(file, text, length, arena, &root, err);
	if (result)
		return result;
	report_init(&report, pack->file, err);
	if (options->ebpf_exporter || ebpf_exporter_recognise(root))
		parse_ebpf_exporter(&parse, root, options, pack);
	else
		parse_native(&parse, root, pack);
	return report_end(&report);
}

int definition_load(const struct definition_options *options, struct arena *arena,
	struct pack_definition *pack, struct err *err)
{
	const char *file = options->file;
	struct buf buf;
	int result = file_read(file, &buf, err);

	if (result)
		return result;
	result = definition_parse(options, (const char *)buf.data, buf.length, arena, pack, err);
	buf_fini(&buf);
	return result;
}
