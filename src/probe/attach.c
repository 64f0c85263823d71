/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "probe/log.h"
#include "probe/probe_private.h"

int attach_program(const struct probe *probe, const struct program *program, struct bpf_link **link,
	struct err *err)
{
	char reason[128];
	int rc;

	probe_log_begin();
	*link = bpf_program__attach(bpf_object__find_program_by_name(probe->object, program->name));
	if (*link)
		return 0;
	rc = -errno;
	if (rc == -EPERM && !kernel_privileged())
		return err_set(err, rc, "no permission to attach BPF programs; %s",
			kernel_privileges_advice);
	if (rc == -EOPNOTSUPP)
		return err_set(err, rc,
			"program %s (%s) cannot be attached: its section does not say to what",
			program->name, program->section);
	libbpf_strerror(rc, reason, sizeof(reason));
	return err_set(err, rc, "program %s (%s) cannot be attached: %s%s%s", program->name,
		program->section, reason, *probe_log_warning() ? ": " : "", probe_log_warning());
}

static void detach_all(struct probe *probe)
{
	for (size_t i = 0; i < probe->program_count; i++) {
		bpf_link__destroy(probe->programs[i].link);
		probe->programs[i].link = NULL;
	}
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
		struct bpf_link *link;

		if (!program->selected)
			continue;
		rc = attach_program(probe, program, &link, err);
		if (rc < 0) {
			detach_all(probe);
			return rc;
		}
		program->link = link;
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
