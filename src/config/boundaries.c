/* SPDX-License-Identifier: Apache-2.0 */
#include "config/boundaries.h"

#include <errno.h>

#include "base/limits.h"
#include "config/rows.h"

const struct shape shape_boundaries = {.kind = SHAPE_LIST,
	.items = &(const struct shape){.kind = SHAPE_DECIMAL},
	.most = LIMIT_BOUNDS};

static bool parse_boundary(
	struct parse *parse, const struct yaml_node *node, struct boundary *boundary)
{
	static const char expected[] = "a number such as 0.5, 1e-6 or 50, not negative";
	const char *text = node_text(parse, node, expected);
	int result;

	if (!text)
		return false;
	boundary->position = node->position;
	result = node->quoted ? -EINVAL : decimal_parse(text, &boundary->value);
	if (result == -ERANGE)
		report_add(parse->report, node->position,
			"found the boundary %s, expected a number with fewer digits",
			yaml_describe(node, parse->arena));
	else if (result)
		report_add(parse->report, node->position, "found the boundary %s, expected %s",
			yaml_describe(node, parse->arena), expected);
	return !result;
}

bool boundaries_parse(
	struct parse *parse, const struct yaml_node *node, struct boundaries *boundaries)
{
	struct boundary *list;

	if (node->kind != YAML_SEQUENCE || node->count > LIMIT_BOUNDS) {
		report_add(parse->report, node->position,
			"found %s, expected a list of boundaries, at most %d of them",
			yaml_describe(node, parse->arena), LIMIT_BOUNDS);
		return false;
	}
	list = parse_alloc(parse, (node->count + 1) * sizeof(*list));
	if (!list)
		return false;
	*boundaries = (struct boundaries){
		.file = parse->report->file, .position = node->position, .list = list};
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		struct boundary *boundary = &list[boundaries->count];

		if (!parse_boundary(parse, child, boundary))
			return false;
		if (boundaries->count &&
			decimal_compare(&boundary[-1].value, &boundary->value) >= 0) {
			report_add(parse->report, child->position,
				"found the boundary %s, expected more than the one before it",
				yaml_describe(child, parse->arena));
			return false;
		}
		boundaries->count++;
	}
	return true;
}
