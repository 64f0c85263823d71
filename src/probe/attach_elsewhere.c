/* SPDX-License-Identifier: Apache-2.0 */
/* Programs whose place is not known when they are compiled: interfaces, other people's binaries. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "probe/probe_private.h"

static int no_program(const struct probe *probe, const char *name, struct err *err)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < probe->program_count; i++)
		nearest_offer(&nearest, probe->programs[i].name);
	return err_set(err, -ENOENT, "the object has no program \"%s\"%s%s%s", name,
		nearest.name ? "; did you mean \"" : "", nearest.name ? nearest.name : "",
		nearest.name ? "\"?" : "");
}

/* What a machine lacks is told when the program is loaded; here, what no machine can have. */
static int check_hook(const struct program *program, const struct attach_kind *kind,
	const char *hook, struct err *err)
{
	int rc;

	if (attach_kind_find(hook) != kind)
		return err_set(err, -EINVAL,
			"found the hook \"%s\" for program %s (%s), expected one that begins with "
			"%s",
			hook, program->name, program->section, kind->prefix);
	rc = kind->check(hook + strlen(kind->prefix), err);
	if (rc == -EINVAL)
		return err_prefix(err, rc, "the hook \"%s\" of program %s: ", hook, program->name);
	return 0;
}

static int copy_hooks(
	struct probe *probe, struct program *program, const char *const *hooks, size_t count)
{
	const char **copy = arena_alloc(&probe->arena, count * sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		copy[i] = arena_strdup(&probe->arena, hooks[i]);
		if (!copy[i])
			return -ENOMEM;
	}
	program->hooks = copy;
	program->hook_count = count;
	return 0;
}

int probe_set_hooks(struct probe *probe, const char *name, const char *const *hooks, size_t count,
	struct err *err)
{
	struct program *program = probe_program(probe, name);
	const struct attach_kind *kind = program ? attach_kind_find(program->section) : NULL;
	char kinds[128];

	if (probe->loaded)
		return err_set(err, -EALREADY, "it is loaded already");
	if (!program)
		return no_program(probe, name, err);
	attach_kind_list(kinds, sizeof(kinds));
	if (!kind)
		return err_set(err, -EINVAL,
			"program %s (%s) cannot be attached elsewhere; only those can whose "
			"section begins with one of %s",
			name, program->section, kinds);
	for (size_t i = 0; i < count; i++) {
		int rc = check_hook(program, kind, hooks[i], err);

		if (rc < 0)
			return rc;
	}
	if (!count || copy_hooks(probe, program, hooks, count))
		return err_set(err, count ? -ENOMEM : -EINVAL, "%s",
			count ? "out of memory" : "no hook is given");
	return 0;
}

bool probe_hook_is_known(const char *hook)
{
	return attach_kind_find(hook) != NULL;
}

int probe_program_for_hook(
	const struct probe *probe, const char *hook, const char **program, struct err *err)
{
	const struct attach_kind *kind = attach_kind_find(hook);
	size_t found = 0;
	char kinds[128];

	attach_kind_list(kinds, sizeof(kinds));
	if (!kind)
		return err_set(err, -ENOENT,
			"found the hook \"%s\", expected one that begins with %s", hook, kinds);
	for (size_t i = 0; i < probe->program_count; i++) {
		if (attach_kind_find(probe->programs[i].section) != kind)
			continue;
		*program = probe->programs[i].name;
		found++;
	}
	if (!found)
		return err_set(err, -ENOENT, "it has no program for the hook \"%s\"", hook);
	if (found > 1)
		return err_set(err, -EINVAL,
			"it has %zu programs for hooks like \"%s\"; `attach` in its definition "
			"says "
			"which is meant",
			found, hook);
	return 0;
}
