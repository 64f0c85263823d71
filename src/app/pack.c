/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
	for (size_t i = 0; i < definition->choice_count; i++)
		pack->choices[i] = (struct probe_choice){
			.programs = definition->choices[i].programs,
			.program_count = definition->choices[i].program_count,
		};
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

int pack_open(struct pack *pack, const char *directory, const char *name, struct err *err)
{
	int result;

	pack->name = name;
	result = pack_find(&pack->files, directory, name, &pack->arena, err);
	if (result)
		return fail(pack, "not_found", result);
	result = definition_load(pack->files.definition, &pack->arena, &pack->definition, err);
	if (result)
		return fail(pack, "definition", result);
	pack->name = pack->definition.name;
	result = make_choices(pack, err);
	if (!result)
		result = probe_open(&pack->probe, pack->files.object, pack->choices,
			pack->definition.choice_count, err);
	if (result)
		return fail(pack, "object", result);
	result = bind_maps(pack, err);
	if (result)
		return fail(pack, "definition", result);
	return 0;
}

int pack_start(struct pack *pack, struct model *model, uint64_t now, struct err *err)
{
	struct scope *scope;
	int result;

	result = probe_load(pack->probe, err);
	if (result)
		return fail(pack, result == -EPERM ? "permission" : "load", result);
	scope = model_add_scope(model, pack->name, pack->definition.version, now);
	if (!scope)
		return fail(pack, "memory", err_set(err, -ENOMEM, "out of memory"));
	result = collector_new(&pack->collector, &pack->plan, scope, &map_calls_kernel, err);
	if (result)
		return fail(pack, "read", result);
	result = probe_attach(pack->probe, err);
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

	if (!pack->collector)
		return true;
	if (collector_run(pack->collector, &err)) {
		err_prefix(&err, 0, "pack %s: ", pack->name);
		log_repeat_failure(&pack->read_failures, err.text);
		pack->error_type = "read";
		return false;
	}
	snprintf(what, sizeof(what), "pack %s can be read", pack->name);
	log_repeat_success(&pack->read_failures, what);
	pack->error_type = NULL;
	tell_undecodable(pack);
	return true;
}

/* With the maps that belong to it. */
static uint64_t map_bytes(const struct map_info *map)
{
	uint64_t bytes = probe_map_bytes(map);

	if (map->index)
		bytes += probe_map_bytes(map->index);
	if (map->free_slots)
		bytes += probe_map_bytes(map->free_slots);
	return bytes;
}

static void report_maps(const struct pack *pack, struct selfmon *selfmon)
{
	for (size_t i = 0; i < collector_map_count(pack->collector); i++) {
		struct collector_map_stats stats;
		struct selfmon_map state;

		collector_map_stats(pack->collector, i, &stats);
		state = (struct selfmon_map){
			.entries = stats.entries,
			.capacity = stats.map->max_entries,
			.bytes = map_bytes(stats.map),
			.read_errors = stats.read_errors,
		};
		selfmon_map(selfmon, pack->name, stats.map->name, &state);
	}
}

void pack_report(const struct pack *pack, struct selfmon *selfmon)
{
	selfmon_pack(selfmon, pack->name, pack->error_type);
	if (!pack->collector)
		return;
	selfmon_pack_undecodable(selfmon, pack->name, collector_undecodable(pack->collector));
	for (size_t i = 0; i < probe_program_count(pack->probe); i++) {
		struct program_info info;

		probe_program_info(pack->probe, i, &info);
		if (info.loaded && info.has_stats)
			selfmon_program(
				selfmon, pack->name, info.name, info.run_count, info.run_time_ns);
	}
	report_maps(pack, selfmon);
}

void pack_fini(struct pack *pack)
{
	collector_free(pack->collector);
	pack->collector = NULL;
	pack_plan_fini(&pack->plan);
	probe_free(pack->probe);
	pack->probe = NULL;
	arena_fini(&pack->arena);
}
