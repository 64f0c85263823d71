/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of `config`. */
#include <stddef.h>

#include "base/limits.h"
#include "config/definition_rows.h"

void row_constants(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char expected[] = "constants of the object and their values, as 'NAME: VALUE'";
	struct pack_definition *pack = target;

	if (node->kind != YAML_MAPPING || !node->count || node->count > LIMIT_CONSTANTS) {
		report_add(parse->report, node->position, "found %s, expected %s (1 to %d of them)",
			yaml_describe(node, parse->arena), expected, LIMIT_CONSTANTS);
		return;
	}
	pack->constants = parse_alloc(parse, node->count * sizeof(*pack->constants));
	if (!pack->constants)
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (!is_identifier(child->key, false))
			report_add(parse->report, child->key_position,
				"found the constant '%.60s', expected a name as in C", child->key);
		else if (child->kind != YAML_SCALAR)
			report_add(parse->report, child->position,
				"found %s, expected the value of '%.60s': a number, true, false or "
				"text",
				yaml_describe(child, parse->arena), child->key);
		else
			pack->constants[pack->constant_count++] = (struct constant_definition){
				.name = child->key,
				.text = child->text,
				.quoted = child->quoted,
				.position = child->position,
			};
	}
}
