/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/limits.h"
#include "base/nearest.h"
#include "probe/elf_check.h"
#include "probe/layout.h"
#include "probe/log.h"
#include "probe/probe_private.h"
#include "probe/tables.h"

int probe_fail(const struct probe *probe, int code, struct err *err)
{
	return err_prefix(err, code, "%s: ", probe->file);
}

struct program *probe_program(const struct probe *probe, const char *name)
{
	for (size_t i = 0; i < probe->program_count; i++) {
		if (!strcmp(probe->programs[i].name, name))
			return &probe->programs[i];
	}
	return NULL;
}

/* What has to be known before the object is loaded, and does not stand in it. */
static int prepare(const struct probe *probe, struct bpf_object *object, struct err *err)
{
	struct bpf_program *program;
	int rc = 0;

	bpf_object__for_each_program(program, object)
	{
		const struct attach_kind *kind = attach_kind_find(
			bpf_program__section_name(program));

		if (!kind)
			continue;
		bpf_program__set_type(program, kind->program_type);
		bpf_program__set_expected_attach_type(program, kind->attach_type);
	}
	for (const struct constant *constant = probe->constants; constant && rc == 0;
		constant = constant->next)
		rc = constant_apply(object, constant, err);
	return rc;
}

int object_parse(const struct probe *probe, struct bpf_object **object, struct err *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = probe->name);
	int rc;

	probe_log_begin();
	*object = bpf_object__open_mem(probe->bytes.bytes, probe->bytes.size, &options);
	if (!*object) {
		rc = errno == ENOMEM ? -ENOMEM : -EINVAL;
		return err_set(err, rc, "libbpf cannot open it: %s", probe_log_warning());
	}
	rc = prepare(probe, *object, err);
	if (rc < 0) {
		bpf_object__close(*object);
		*object = NULL;
	}
	return rc;
}

int object_read(struct kernel_file *bytes, const char *file, struct err *err)
{
	int rc = kernel_file_read(bytes, file, LIMIT_OBJECT_BYTES);

	if (rc == -EFBIG)
		return err_set(err, -EINVAL, "it has more than %d bytes, too many for a BPF object",
			LIMIT_OBJECT_BYTES);
	if (rc == -EISDIR || rc == -EINVAL)
		return err_set(err, -EINVAL, "it is not a regular file; expected a BPF object");
	if (rc < 0)
		return err_set(err, rc, "%s", strerror(-rc));
	return elf_check(bytes->bytes, bytes->size, err);
}

static int add_programs(struct probe *probe, struct err *err)
{
	struct bpf_program *program;
	size_t count = 0;

	bpf_object__for_each_program(program, probe->object) count++;
	if (count > LIMIT_OBJECT_PROGRAMS)
		return err_set(err, -EINVAL, "it has %zu programs; at most %d", count,
			LIMIT_OBJECT_PROGRAMS);
	probe->programs = arena_alloc(&probe->arena, (count + 1) * sizeof(*probe->programs));
	if (!probe->programs)
		return err_set(err, -ENOMEM, "out of memory");
	bpf_object__for_each_program(program, probe->object)
	{
		struct program *added = &probe->programs[probe->program_count++];

		*added = (struct program){
			.name = arena_strdup(&probe->arena, bpf_program__name(program)),
			.section = arena_strdup(&probe->arena, bpf_program__section_name(program)),
			.choice = NO_CHOICE,
			.required = bpf_program__autoload(program),
			.fd = -1,
		};
		added->hooks = &added->section;
		added->hook_count = 1;
		if (!added->name || !added->section)
			return err_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

static int no_program(const struct probe *probe, const char *name, struct err *err)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < probe->program_count; i++)
		nearest_offer(&nearest, probe->programs[i].name);
	if (nearest.name)
		return err_set(err, -EINVAL,
			"it has no program \"%s\", which a choice names; did you mean \"%s\"?",
			name, nearest.name);
	return err_set(err, -EINVAL, "it has no program \"%s\", which a choice names", name);
}

static int add_choice(
	struct probe *probe, size_t index, const struct probe_choice *choice, struct err *err)
{
	probe->candidates[index].choice = choice;
	if (!choice->program_count)
		return err_set(err, -EINVAL, "a choice of programs names none");
	for (size_t i = 0; i < choice->program_count; i++) {
		struct program *program = probe_program(probe, choice->programs[i]);

		if (!program)
			return no_program(probe, choice->programs[i], err);
		if (program->choice != NO_CHOICE)
			return err_set(err, -EINVAL, "program \"%s\" is named by choices twice",
				program->name);
		program->choice = (int)index;
		program->required = false;
	}
	return 0;
}

static int add_choices(
	struct probe *probe, const struct probe_choice *choices, size_t count, struct err *err)
{
	int rc = 0;

	if (count > LIMIT_OBJECT_PROGRAMS)
		return err_set(err, -EINVAL, "%s: %zu choices of programs; at most %d", probe->file,
			count, LIMIT_OBJECT_PROGRAMS);
	probe->candidates = arena_alloc(&probe->arena, (count + 1) * sizeof(*probe->candidates));
	if (!probe->candidates)
		return err_set(err, -ENOMEM, "out of memory");
	probe->candidate_count = count;
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = add_choice(probe, i, &choices[i], err);
		if (rc)
			probe_fail(probe, rc, err);
		if (rc && choices[i].place)
			err_prefix(err, rc, "%s: ", choices[i].place);
	}
	return rc;
}

static int add_layout(struct probe *probe, uint32_t type_id, uint32_t size, struct layout *layout,
	struct err *err)
{
	const struct btf *btf = bpf_object__btf(probe->object);

	layout->size = size;
	if (!btf || !type_id)
		return 0;
	return layout_from_btf(&probe->arena, btf, type_id, size, layout, err);
}

static int add_map(struct probe *probe, const struct bpf_map *map, struct err *err)
{
	struct map_info *info = &probe->maps[probe->map_count++];
	int rc;

	*info = (struct map_info){
		.name = arena_strdup(&probe->arena, bpf_map__name(map)),
		.fd = -1,
		.type = bpf_map__type(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.max_entries = bpf_map__max_entries(map),
	};
	if (!info->name)
		return err_set(err, -ENOMEM, "out of memory");
	rc = add_layout(probe, bpf_map__btf_key_type_id(map), info->key_size, &info->key, err);
	if (rc < 0)
		return err_prefix(err, rc, "the key of map %s ", info->name);
	rc = add_layout(
		probe, bpf_map__btf_value_type_id(map), info->value_size, &info->value, err);
	if (rc < 0)
		return err_prefix(err, rc, "the value of map %s ", info->name);
	return 0;
}

static int add_maps(struct probe *probe, struct err *err)
{
	struct bpf_map *map;
	size_t count = 0;
	int rc;

	bpf_object__for_each_map(map, probe->object) count += !bpf_map__is_internal(map);
	if (count > LIMIT_OBJECT_MAPS)
		return err_set(
			err, -EINVAL, "it has %zu maps; at most %d", count, LIMIT_OBJECT_MAPS);
	probe->maps = arena_alloc(&probe->arena, (count + 1) * sizeof(*probe->maps));
	if (!probe->maps)
		return err_set(err, -ENOMEM, "out of memory");
	bpf_object__for_each_map(map, probe->object)
	{
		if (bpf_map__is_internal(map))
			continue;
		rc = add_map(probe, map, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int name_probe(struct probe *probe, const char *file, struct err *err)
{
	const char *base = strrchr(file, '/');

	base = base ? base + 1 : file;
	probe->file = arena_strdup(&probe->arena, file);
	probe->name = arena_strndup(&probe->arena, base, strcspn(base, "."));
	if (!probe->file || !probe->name)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int open_probe(
	struct probe *probe, const struct probe_choice *choices, size_t count, struct err *err)
{
	int rc = object_read(&probe->bytes, probe->file, err);

	if (rc == 0)
		rc = object_parse(probe, &probe->object, err);
	if (rc == 0)
		rc = add_programs(probe, err);
	if (rc == 0)
		rc = add_maps(probe, err);
	if (rc == 0)
		rc = tables_describe(probe, err);
	return rc < 0 ? probe_fail(probe, rc, err) : add_choices(probe, choices, count, err);
}

int probe_open(struct probe **result, const char *file, const struct probe_choice *choices,
	size_t choice_count, struct err *err)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	int rc;

	if (!probe)
		return err_set(err, -ENOMEM, "%s: out of memory", file);
	rc = name_probe(probe, file, err);
	if (rc == 0)
		rc = open_probe(probe, choices, choice_count, err);
	if (rc < 0) {
		probe_free(probe);
		return rc;
	}
	*result = probe;
	return 0;
}

void probe_free(struct probe *probe)
{
	if (!probe)
		return;
	for (size_t i = 0; i < probe->program_count; i++) {
		links_destroy(&probe->programs[i].links);
		if (probe->programs[i].fd >= 0)
			close(probe->programs[i].fd);
	}
	for (size_t i = 0; i < probe->map_count; i++) {
		if (probe->maps[i].fd >= 0)
			close(probe->maps[i].fd);
	}
	bpf_object__close(probe->object);
	kernel_file_free(&probe->bytes);
	free(probe->verifier_log);
	arena_fini(&probe->arena);
	free(probe);
}

size_t probe_map_count(const struct probe *probe)
{
	return probe->map_count;
}

const struct map_info *probe_map_at(const struct probe *probe, size_t index)
{
	return &probe->maps[index];
}

const struct map_info *probe_map(const struct probe *probe, const char *name)
{
	for (size_t i = 0; i < probe->map_count; i++) {
		if (!strcmp(probe->maps[i].name, name))
			return &probe->maps[i];
	}
	return NULL;
}
