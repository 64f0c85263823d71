/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_id_map: cgroups whose paths match, for programs to look up. */
#include <string.h>

#include "base/limits.h"
#include "config/ebpf_exporter_rows.h"

static const char *const types[] = {"hash", "cgrp_storage", NULL};

static void row_type(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char expected[] = "hash or cgrp_storage";
	struct cgroup_map_definition *map = target;
	const char *text = node_text(parse, node, expected);

	if (!text)
		return;
	map->storage = strcmp(text, types[1]) == 0;
	if (!map->storage && strcmp(text, types[0]) != 0)
		report_add(parse->report, node->position, "found the type %s, expected %s",
			yaml_describe(node, parse->arena), expected);
}

static void row_patterns(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct cgroup_map_definition *map = target;

	if (!node_is_list(parse, node, "a list of regular expressions", LIMIT_PATTERNS))
		return;
	map->patterns = parse_alloc(parse, node->count * sizeof(*map->patterns));
	for (const struct yaml_node *child = node->first; map->patterns && child;
		child = child->next) {
		const char *text = node_text(parse, child, "a regular expression");

		if (text)
			map->patterns[map->pattern_count++] = text;
	}
}

static const struct row rows[] = {
	{"name", true, row_identifier, offsetof(struct cgroup_map_definition, map),
		"the name of the map", &shape_identifier},
	{"type", false, row_type, 0, "hash or cgrp_storage",
		&(const struct shape){.kind = SHAPE_CHOICE, .choices = types}},
	{"regexps", true, row_patterns, 0, "regular expressions for paths of cgroups",
		&(const struct shape){.kind = SHAPE_LIST,
			.items = &shape_text,
			.least = 1,
			.most = LIMIT_PATTERNS}},
};
static const struct table table = {"a cgroup_id_map", rows, ARRAY_SIZE(rows)};
const struct shape shape_cgroup_map = {.kind = SHAPE_TABLE, .table = &table};

void row_cgroup_map(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct pack_definition *pack = target;
	struct cgroup_map_definition *map = parse_alloc(parse, sizeof(*map));

	if (!map)
		return;
	map->position = node->key_position;
	table_parse(parse, &table, node, map);
	pack->cgroup_map = map;
}
