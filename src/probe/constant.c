/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/nearest.h"
#include "probe/probe_private.h"

static const char section[] = ".rodata";

/* The variable in the BTF of its section, whose offsets libbpf has checked. */
static const struct btf_var_secinfo *find_variable(
	const struct btf *btf, const char *name, struct nearest *nearest)
{
	int id = btf ? btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC) : -1;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	for (uint16_t i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_var_secinfo *info = &btf_var_secinfos(type)[i];
		const struct btf_type *variable = btf__type_by_id(btf, info->type);
		const char *text = variable ? btf__name_by_offset(btf, variable->name_off) : NULL;

		if (text && strcmp(text, name) == 0)
			return info;
		if (text && nearest)
			nearest_offer(nearest, text);
	}
	return NULL;
}

int constant_apply(struct bpf_object *object, const struct constant *constant, struct err *err)
{
	const struct btf_var_secinfo *info = find_variable(
		bpf_object__btf(object), constant->name, NULL);
	struct bpf_map *map = bpf_object__find_map_by_name(object, section);
	size_t size = 0;
	void *bytes = map ? (void *)(uintptr_t)bpf_map__initial_value(map, &size) : NULL;

	if (!info || !bytes)
		return err_set(err, -ENOENT, "it has no constant \"%s\" (const volatile, in %s)",
			constant->name, section);
	if (info->size != constant->size)
		return err_set(err, -EINVAL, "its constant \"%s\" has %u bytes, expected %zu",
			constant->name, info->size, constant->size);
	if (info->offset > size || info->size > size - info->offset)
		return err_set(err, -EINVAL, "its constant \"%s\" lies outside of %s",
			constant->name, section);
	memcpy((char *)bytes + info->offset, constant->value, constant->size);
	return 0;
}

static struct constant *find_constant(struct probe *probe, const char *name)
{
	struct constant *constant = probe->constants;

	while (constant && strcmp(constant->name, name) != 0)
		constant = constant->next;
	return constant;
}

static struct constant *add_constant(struct probe *probe, const char *name)
{
	struct constant *constant = arena_alloc(&probe->arena, sizeof(*constant));

	if (!constant)
		return NULL;
	constant->name = arena_strdup(&probe->arena, name);
	if (!constant->name)
		return NULL;
	constant->next = probe->constants;
	probe->constants = constant;
	return constant;
}

static int need_object(struct probe *probe, struct err *err)
{
	if (probe->loaded)
		return err_set(err, -EALREADY, "it is loaded already");
	return probe->object ? 0 : object_parse(probe, &probe->object, err);
}

int constant_find(struct probe *probe, const char *name, const struct btf_var_secinfo **info,
	const char **near, struct err *err)
{
	int rc = need_object(probe, err);
	struct nearest nearest;

	if (rc < 0)
		return rc;
	nearest_init(&nearest, name);
	*info = find_variable(bpf_object__btf(probe->object), name, &nearest);
	*near = nearest.name;
	return *info ? 0
		     : err_set(err, -ENOENT,
			       "the object has no such constant (const volatile, in %s)", section);
}

int probe_set_constant(
	struct probe *probe, const char *name, const void *value, size_t size, struct err *err)
{
	const struct constant given = {.name = name, .value = value, .size = size};
	struct constant *constant;
	void *copy;
	int rc = need_object(probe, err);

	if (rc < 0)
		return probe_fail(probe, rc, err);
	rc = constant_apply(probe->object, &given, err);
	if (rc < 0)
		return probe_fail(probe, rc, err);
	copy = arena_alloc(&probe->arena, size);
	constant = find_constant(probe, name);
	if (!constant)
		constant = add_constant(probe, name);
	if (!copy || !constant)
		return err_set(err, -ENOMEM, "out of memory");
	memcpy(copy, value, size);
	constant->value = copy;
	constant->size = size;
	return 0;
}
