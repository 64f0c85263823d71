/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "probe/log.h"
#include "probe/probe_private.h"

static const struct attach_kind *const kinds[] = {
	&attach_perf_event,
	&attach_uprobe,
	&attach_uretprobe,
	&attach_usdt,
	&attach_xdp,
};

const struct attach_kind *attach_kind_find(const char *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strncmp(section, kinds[i]->prefix, strlen(kinds[i]->prefix)) == 0)
			return kinds[i];
	return NULL;
}

void attach_kind_list(char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && used < size; i++)
		used += (size_t)snprintf(
			text + used, size - used, "%s%s", i ? ", " : "", kinds[i]->prefix);
}

int links_add(struct links *links, struct bpf_link *link)
{
	struct bpf_link **list = realloc(
		links->list, (links->count + 1) * sizeof(struct bpf_link *));

	if (!list) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	links->list = list;
	list[links->count++] = link;
	return 0;
}

/* libbpf would switch off the perf event of a link that stays. */
static void let_go(struct bpf_link *link)
{
	int fd = bpf_link__fd(link);

	bpf_link__disconnect(link);
	bpf_link__destroy(link);
	if (fd >= 0)
		close(fd);
}

void links_destroy(struct links *links)
{
	for (size_t i = 0; i < links->count; i++) {
		if (links->pinned)
			let_go(links->list[i]);
		else
			bpf_link__destroy(links->list[i]);
	}
	free(links->list);
	*links = (struct links){0};
}

static int attach_by_section(const struct bpf_program *program, struct links *links)
{
	struct bpf_link *link = bpf_program__attach(program);

	return link ? links_add(links, link) : -errno;
}

static int attach_one(
	const char *hook, const struct bpf_program *loaded, struct links *links, struct err *err)
{
	const struct attach_kind *kind = attach_kind_find(hook);

	if (!kind)
		return attach_by_section(loaded, links);
	return kind->attach(loaded, hook + strlen(kind->prefix), links, err);
}

static int explain(const struct program *program, const char *hook, int rc, const struct err *why,
	struct err *err)
{
	char reason[128];

	if (rc == -EPERM && !kernel_privileged())
		return err_set(err, rc, "no permission to attach BPF programs; %s",
			kernel_privileges_advice);
	if (*why->text)
		return err_set(err, rc, "program %s (%s) cannot be attached: %s", program->name,
			hook, why->text);
	if (rc == -EOPNOTSUPP)
		return err_set(err, rc,
			"program %s (%s) cannot be attached: its section does not say to what",
			program->name, hook);
	libbpf_strerror(rc, reason, sizeof(reason));
	return err_set(err, rc, "program %s (%s) cannot be attached: %s%s%s", program->name, hook,
		reason, *probe_log_warning() ? ": " : "", probe_log_warning());
}

int attach_program(const struct probe *probe, const struct program *program, struct links *links,
	struct err *err)
{
	const struct bpf_program *loaded = bpf_object__find_program_by_name(
		probe->object, program->name);
	struct err why = {""};
	int rc = 0;

	*links = (struct links){0};
	for (size_t i = 0; i < program->hook_count && rc == 0; i++) {
		probe_log_begin();
		rc = attach_one(program->hooks[i], loaded, links, &why);
		if (rc < 0)
			rc = explain(program, program->hooks[i], rc, &why, err);
	}
	if (rc < 0)
		links_destroy(links);
	return rc;
}

static void detach_all(struct probe *probe)
{
	for (size_t i = 0; i < probe->program_count; i++)
		links_destroy(&probe->programs[i].links);
}

/* USDT links use tables of the object. */
static bool needs_object(const struct probe *probe)
{
	for (size_t i = 0; i < probe->program_count; i++) {
		if (probe->programs[i].selected && !strncmp(probe->programs[i].section, "usdt", 4))
			return true;
	}
	return false;
}

static int attach_all(struct probe *probe, struct err *err)
{
	int rc;

	for (size_t i = 0; i < probe->program_count; i++) {
		struct program *program = &probe->programs[i];

		if (!program->selected)
			continue;
		rc = attach_program(probe, program, &program->links, err);
		if (rc < 0) {
			detach_all(probe);
			return rc;
		}
	}
	return 0;
}

int probe_attach(struct probe *probe, struct err *err)
{
	int rc;

	if (!probe->loaded || probe->attached)
		return probe_fail(probe,
			err_set(err, -EINVAL, "it is %s",
				probe->loaded ? "attached already" : "not loaded"),
			err);
	rc = attach_all(probe, err);
	if (rc < 0)
		return probe_fail(probe, rc, err);
	/* Instructions, BTF and relocations of the object: the kernel has its own copies. */
	if (!needs_object(probe)) {
		bpf_object__close(probe->object);
		probe->object = NULL;
	}
	probe->attached = true;
	return 0;
}
