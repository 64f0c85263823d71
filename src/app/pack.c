/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "config/view.h"

static int fail(struct pack *pack, const char *error_type, int code)
{
	pack->error_type = error_type;
	return code;
}

static int make_choices(struct pack *pack, struct err *err)
{
	const struct pack_definition *definition = &pack->definition;

	pack->choices = arena_alloc(
		&pack->arena, (definition->choice_count + 1) * sizeof(*pack->choices));
	if (!pack->choices)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < definition->choice_count; i++) {
		const struct program_choice *choice = &definition->choices[i];

		pack->choices[i] = (struct probe_choice){
			.programs = choice->programs,
			.program_count = choice->program_count,
			.place = arena_printf(&pack->arena, "%s:%u:%u", definition->file,
				choice->position.line, choice->position.column),
		};
	}
	return 0;
}

static int bind_maps(struct pack *pack, struct err *err)
{
	size_t count = probe_map_count(pack->probe);
	const struct map_info **maps;

	maps = arena_alloc(&pack->arena, (count + 1) * sizeof(const struct map_info *));
	if (!maps)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		maps[i] = probe_map_at(pack->probe, i);
	return pack_plan_init(&pack->plan, &pack->definition, maps, count, &pack->arena, err);
}

/* From the file beside the object, or from inside the object. */
static int load_definition(struct pack *pack, const struct pack_request *request, struct err *err)
{
	const char *file = pack->files.definition ? pack->files.definition : pack->files.object;
	const struct definition_options options = {
		.file = file,
		.ebpf_exporter = request->ebpf_exporter,
		.ebpf_exporter_prefix = request->ebpf_exporter_prefix,
	};
	const char *text;
	size_t length;
	int result;

	if (pack->files.definition)
		return definition_load(&options, &pack->arena, &pack->definition, err);
	result = probe_definition(file, &pack->arena, &text, &length, err);
	if (result)
		return result;
	return definition_parse(&options, text, length, &pack->arena, &pack->definition, err);
}

/* All mistakes in one run. */
static int set_constants(struct pack *pack, struct err *err)
{
	struct err mistakes = {0};
	int result = 0;

	for (size_t i = 0; i < pack->definition.constant_count; i++) {
		const struct constant_definition *constant = &pack->definition.constants[i];
		struct err why = {0};

		if (probe_set_constant_text(
			    pack->probe, constant->name, constant->text, constant->quoted, &why))
			result = err_add_line(&mistakes, -EINVAL, "%s:%u:%u: %s",
				pack->definition.file, constant->position.line,
				constant->position.column, why.text);
	}
	return result ? err_set(err, result, "%s", mistakes.text) : 0;
}

/* All mistakes in one run. */
static int set_hooks(struct pack *pack, struct err *err)
{
	struct err mistakes = {0};
	int result = 0;

	for (size_t i = 0; i < pack->definition.attachment_count; i++) {
		const struct attach_definition *attach = &pack->definition.attachments[i];
		struct err why = {0};

		if (probe_set_hooks(
			    pack->probe, attach->program, attach->hooks, attach->hook_count, &why))
			result = err_add_line(&mistakes, -EINVAL, "%s:%u:%u: %s",
				pack->definition.file, attach->position.line,
				attach->position.column, why.text);
	}
	return result ? err_set(err, result, "%s", mistakes.text) : 0;
}

/* What the user names beside the pack wins over the definition. */
static int set_request_hooks(struct pack *pack, const struct pack_request *request, struct err *err)
{
	const char *hooks[LIMIT_HOOKS_PER_PROGRAM], *program, *text = request->hooks;
	size_t count = 0;
	int result;

	while (text && *text && count < ARRAY_SIZE(hooks)) {
		size_t length = strcspn(text, ",");

		hooks[count] = arena_strndup(&pack->arena, text, length);
		if (!hooks[count++])
			return err_set(err, -ENOMEM, "out of memory");
		text += length + (text[length] == ',');
	}
	if (!count)
		return 0;
	if (text && *text)
		return err_set(err, -EINVAL, "%s: more than %d hooks are named", request->name,
			LIMIT_HOOKS_PER_PROGRAM);
	result = probe_program_for_hook(pack->probe, hooks[0], &program, err);
	if (!result)
		result = probe_set_hooks(pack->probe, program, hooks, count, err);
	return result ? err_prefix(err, -EINVAL, "%s@%s: ", request->name, request->hooks) : 0;
}

static int address_fail(const struct pack *pack, const struct address_definition *address, int code,
	struct err *err)
{
	return err_prefix(err, code, "%s:%u:%u: ", pack->definition.file, address->position.line,
		address->position.column);
}

/* Give the object's constants their values: 0 to find out whether it has them, which needs no
 * privileges, then the addresses. */
static int set_addresses(struct pack *pack, bool known, struct err *err)
{
	for (size_t i = 0; i < pack->definition.address_count; i++) {
		const struct address_definition *address = &pack->definition.addresses[i];
		uint64_t value = 0;
		int result = 0;

		if (known)
			result = probe_kernel_address(address->symbol, &value, err);
		if (!result)
			result = probe_set_constant(
				pack->probe, address->variable, &value, sizeof(value), err);
		if (result)
			return address_fail(pack, address, result, err);
	}
	return 0;
}

static int make_cgroup_map(struct pack *pack, struct err *err)
{
	const struct cgroup_map_definition *definition = pack->definition.cgroup_map;
	int result;

	if (!definition)
		return 0;
	result = cgroup_map_new(&pack->cgroup_map, definition, pack->probe, err);
	if (result)
		return err_prefix(err, result, "%s:%u:%u: cgroup_id_map: ", pack->definition.file,
			definition->position.line, definition->position.column);
	return 0;
}

/* What only programs of other kernels need does not take memory here. */
static int spare_maps(struct pack *pack, struct err *err)
{
	const struct pack_definition *definition = &pack->definition;
	const char **read = arena_alloc(
		&pack->arena, (definition->metric_count + 1) * sizeof(const char *));
	size_t count = 0;

	if (!read)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < definition->metric_count; i++)
		read[count++] = definition->metrics[i].map;
	if (definition->cgroup_map)
		read[count++] = definition->cgroup_map->map;
	return probe_spare_maps(pack->probe, read, count, err);
}

static int bind(struct pack *pack, struct err *err)
{
	struct err mistakes = {0};
	int result = bind_maps(pack, err);

	if (set_constants(pack, &mistakes))
		result = err_add_line(err, -EINVAL, "%s", mistakes.text);
	if (set_hooks(pack, &mistakes))
		result = err_add_line(err, -EINVAL, "%s", mistakes.text);
	return result;
}

int pack_open(struct pack *pack, const struct pack_request *request, struct err *err)
{
	int result;

	pack->name = request->name;
	result = pack_find(&pack->files, request, &pack->arena, err);
	if (result)
		return fail(pack, "not_found", result);
	result = load_definition(pack, request, err);
	if (!result && request->views)
		result = views_apply(request->views, &pack->definition, &pack->arena, err);
	if (result)
		return fail(pack, "definition", result);
	pack->name = pack->definition.name;
	result = make_choices(pack, err);
	if (!result)
		result = probe_open(&pack->probe, pack->files.object, pack->choices,
			pack->definition.choice_count, err);
	if (result)
		return fail(pack, "object", result);
	result = bind(pack, err);
	if (!result)
		result = set_request_hooks(pack, request, err);
	if (!result)
		result = set_addresses(pack, false, err);
	if (!result)
		result = make_cgroup_map(pack, err);
	if (!result)
		result = spare_maps(pack, err);
	if (result)
		return fail(pack, "definition", result);
	return 0;
}

void pack_each_note(const struct pack *pack, void (*tell)(const char *pack, const char *text))
{
	const struct note *note;

	for (note = pack->definition.notes; note; note = note->next)
		tell(pack->name, note->text);
	for (note = pack->plan.notes; note; note = note->next)
		tell(pack->name, note->text);
}

int pack_start(
	struct pack *pack, struct model *model, struct pins *pins, uint64_t now, struct err *err)
{
	uint64_t created = now;
	struct scope *scope;
	int result;

	result = set_addresses(pack, true, err);
	if (!result)
		result = pack_load(pack, pins, err);
	if (result)
		return fail(pack, result == -EPERM ? "permission" : "load", result);
	if (facts_init(&pack->facts, pack->probe, &pack->arena, err))
		return fail(pack, "memory", -ENOMEM);
	if (pack->pin && pin_is_old(pack->pin))
		created = pin_time(pack->pin);
	scope = model_add_scope(model, pack->name, pack->definition.version, created);
	if (!scope)
		return fail(pack, "memory", err_set(err, -ENOMEM, "out of memory"));
	result = collector_new(&pack->collector, &pack->plan, scope, &map_calls_kernel, err);
	if (result)
		return fail(pack, "read", result);
	/* Before the programs run: they must find the cgroups that are there. */
	if (pack->cgroup_map)
		result = cgroup_map_update(pack->cgroup_map, err);
	if (!result)
		result = pack_attach(pack, scope, now, err);
	if (result) {
		collector_free(pack->collector);
		pack->collector = NULL;
		return fail(pack, result == -EPERM ? "permission" : "attach", result);
	}
	return 0;
}

static void tell_undecodable(struct pack *pack)
{
	uint64_t count = collector_undecodable(pack->collector);

	if (count == pack->undecodable_told)
		return;
	if (!pack->undecodable_told)
		log_warn("pack %s: a map key could not be decoded and is left out: %s (from now on "
			 "only "
			 "counted, in otelbpf.pack.undecodable_keys)",
			pack->name, collector_undecodable_text(pack->collector));
	pack->undecodable_told = count;
}

bool pack_collect(struct pack *pack)
{
	struct err err = {0};
	char what[128];

	int result, maps = 0;

	if (!pack->collector)
		return true;
	result = collector_run(pack->collector, &err);
	if (pack->cgroup_map)
		maps = cgroup_map_update(pack->cgroup_map, result ? NULL : &err);
	if (result || maps) {
		err_prefix(&err, 0, "pack %s: ", pack->name);
		log_repeat_failure(&pack->read_failures, err.text, err.text);
		pack->error_type = "read";
		return false;
	}
	snprintf(what, sizeof(what), "pack %s can be read", pack->name);
	log_repeat_success(&pack->read_failures, what);
	pack->error_type = NULL;
	tell_undecodable(pack);
	return true;
}

void pack_fini(struct pack *pack)
{
	collector_free(pack->collector);
	pack->collector = NULL;
	cgroup_map_free(pack->cgroup_map);
	pack->cgroup_map = NULL;
	pack_plan_fini(&pack->plan);
	probe_free(pack->probe);
	pack->probe = NULL;
	arena_fini(&pack->arena);
}
