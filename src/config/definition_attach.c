/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of `attach`. */
#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "config/definition_rows.h"

static void add_hook(
	struct parse *parse, const struct yaml_node *node, struct attach_definition *attach)
{
	const char *hook = node_text(parse, node, "a hook, such as xdp/eth0");

	if (!hook)
		return;
	for (size_t i = 0; i < attach->hook_count; i++)
		if (strcmp(attach->hooks[i], hook) == 0) {
			report_add(parse->report, node->position,
				"found the hook '%.60s' again, expected it once", hook);
			return;
		}
	attach->hooks[attach->hook_count++] = hook;
}

static void parse_hooks(
	struct parse *parse, const struct yaml_node *node, struct attach_definition *attach)
{
	bool is_list = node->kind != YAML_SCALAR;

	if (is_list && !node_is_list(parse, node, "a hook or a list of them, such as xdp/eth0",
			       LIMIT_HOOKS_PER_PROGRAM))
		return;
	attach->hooks = parse_alloc(parse, (is_list ? node->count : 1) * sizeof(*attach->hooks));
	if (!attach->hooks)
		return;
	if (!is_list)
		add_hook(parse, node, attach);
	else
		for (const struct yaml_node *child = node->first; child; child = child->next)
			add_hook(parse, child, attach);
}

void row_attach(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct pack_definition *pack = target;

	if (node->kind != YAML_MAPPING || !node->count || node->count > LIMIT_OBJECT_PROGRAMS) {
		report_add(parse->report, node->position,
			"found %s, expected programs and their hooks, as 'PROGRAM: [HOOK...]'",
			yaml_describe(node, parse->arena));
		return;
	}
	pack->attachments = parse_alloc(parse, node->count * sizeof(*pack->attachments));
	if (!pack->attachments)
		return;
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		struct attach_definition *attach = &pack->attachments[pack->attachment_count];

		if (!is_identifier(child->key, false)) {
			report_add(parse->report, child->key_position,
				"found the program '%.60s', expected a name as in C", child->key);
			continue;
		}
		*attach = (struct attach_definition){
			.program = child->key, .position = child->position};
		parse_hooks(parse, child, attach);
		pack->attachment_count += attach->hook_count > 0;
	}
}
