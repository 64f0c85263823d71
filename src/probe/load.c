/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/limits.h"
#include "probe/log.h"
#include "probe/probe_private.h"
#include "probe/tables.h"

enum {
	/* The kernel's own buffer for a refused program; only the end of it is kept. */
	LOG_BUFFER = 1 << 20,
};

/* The first candidate with a hook, from candidate->index on; or why there is none. */
static int choose_candidate(
	struct probe *probe, struct hooks *hooks, struct candidate *candidate, struct err *err)
{
	const struct probe_choice *choice = candidate->choice;
	struct err reasons = {""}, reason = {""};

	for (size_t i = candidate->index; i < choice->program_count; i++) {
		struct program *program = probe_program(probe, choice->programs[i]);
		size_t used = strlen(reasons.text);

		if (hooks_check_program(hooks, program, &reason) == 0) {
			candidate->index = i;
			program->selected = true;
			return 0;
		}
		snprintf(reasons.text + used, sizeof(reasons.text) - used, "%s%s (%s): %s",
			used ? "; " : "", program->name, program->section, reason.text);
	}
	return err_set(err, -ENOTSUP, "no program of a choice has its hook in this kernel: %s",
		reasons.text);
}

static int choose_all(struct probe *probe, struct hooks *hooks, struct err *err)
{
	int rc;

	for (size_t i = 0; i < probe->program_count; i++) {
		struct program *program = &probe->programs[i];

		program->selected = program->required;
		rc = program->required ? hooks_check_program(hooks, program, err) : 0;
		if (rc < 0)
			return err_prefix(
				err, rc, "program %s (%s): ", program->name, program->section);
	}
	for (size_t i = 0; i < probe->candidate_count; i++) {
		rc = choose_candidate(probe, hooks, &probe->candidates[i], err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int choose_programs(struct probe *probe, struct err *err)
{
	struct hooks hooks;
	int rc;

	hooks_init(&hooks);
	rc = choose_all(probe, &hooks, err);
	hooks_fini(&hooks);
	return rc;
}

int probe_check_hooks(struct probe *probe, struct err *err)
{
	int rc;

	if (probe->loaded)
		return 0;
	rc = choose_programs(probe, err);
	return rc < 0 ? probe_fail(probe, rc, err) : 0;
}

static int load_selected(struct probe *probe)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, probe->object)
	{
		const struct program *ours = probe_program(probe, bpf_program__name(program));

		bpf_program__set_autoload(program, ours && ours->selected);
	}
	probe_log_begin();
	return bpf_object__load(probe->object);
}

/* libbpf returns no more than a code; which program it is about stands in its messages only. */
static struct program *find_culprit(struct probe *probe)
{
	struct program *only = NULL, *named = probe_program(probe, probe_log_program());
	size_t selected = 0;

	if (named && named->selected)
		return named;
	for (size_t i = 0; i < probe->program_count; i++) {
		if (probe->programs[i].selected) {
			only = &probe->programs[i];
			selected++;
		}
	}
	/* A message about no program is about the maps or about all of BPF. */
	return selected == 1 && !*probe_log_warning() ? only : NULL;
}

/* Loading proves that these can be attached: the kernel looks up the target there. */
static bool attach_is_certain(const struct program *program)
{
	static const char *const prefixes[] = {"tp_btf/", "fentry", "fexit", "fmod_ret", "lsm"};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (!strncmp(program->section, prefixes[i], strlen(prefixes[i])))
			return true;
	}
	return false;
}

/* Attach for a moment what has another candidate behind it: later there is no way back. */
static int try_attach(struct probe *probe, struct program **culprit, struct err *err)
{
	int rc;

	for (size_t i = 0; i < probe->candidate_count; i++) {
		const struct candidate *candidate = &probe->candidates[i];
		struct program *program = probe_program(
			probe, candidate->choice->programs[candidate->index]);
		struct links links;

		if (candidate->index + 1 == candidate->choice->program_count ||
			attach_is_certain(program))
			continue;
		rc = attach_program(probe, program, &links, err);
		if (rc < 0) {
			*culprit = program;
			return rc;
		}
		links_destroy(&links);
	}
	return 0;
}

/* Keep the last LIMIT_VERIFIER_LOG bytes, from the start of a line. */
static void keep_log(struct probe *probe, const char *log, size_t length)
{
	size_t skip = length > LIMIT_VERIFIER_LOG ? length - LIMIT_VERIFIER_LOG : 0;

	while (skip && skip < length && log[skip - 1] != '\n')
		skip++;
	free(probe->verifier_log);
	probe->verifier_log = strndup(log + skip, length - skip);
}

/* Load the refused program once more, alone and with a buffer for the verifier's log. */
static void capture_log(struct probe *probe, const struct program *culprit)
{
	struct bpf_program *program;
	struct bpf_object *object;
	char *log = calloc(1, LOG_BUFFER);

	if (log && object_parse(probe, &object, NULL) == 0) {
		bpf_object__for_each_program(program, object)
		{
			bool wanted = !strcmp(bpf_program__name(program), culprit->name);

			bpf_program__set_autoload(program, wanted);
			if (wanted)
				bpf_program__set_log_buf(program, log, LOG_BUFFER);
		}
		if (bpf_object__load(object) < 0)
			keep_log(probe, log, strnlen(log, LOG_BUFFER - 1));
		bpf_object__close(object);
	}
	free(log);
}

/* The verifier's last word: the last line that is not statistics. Cut at 200 characters. */
static void last_word(const char *log, char *word, size_t size)
{
	static const char *const statistics[] = {
		"processed ", "verification time", "stack depth", "peak_states", "max_states"};
	const char *line = log;

	*word = '\0';
	while (*line) {
		size_t length = strcspn(line, "\n");
		bool skip = !length;

		for (size_t i = 0; i < ARRAY_SIZE(statistics); i++)
			skip |= !strncmp(line, statistics[i], strlen(statistics[i]));
		if (!skip)
			snprintf(word, size, ": %.*s", (int)(length < 200 ? length : 200), line);
		line += length + (line[length] == '\n');
	}
}

static int explain_refusal(
	struct probe *probe, const struct program *culprit, int code, struct err *err)
{
	char reason[128], word[256];

	libbpf_strerror(code, reason, sizeof(reason));
	snprintf(word, sizeof(word), ": %.200s", probe_log_warning());
	capture_log(probe, culprit);
	if (*probe_verifier_log(probe))
		last_word(probe->verifier_log, word, sizeof(word));
	return err_set(err, code, "program %s (%s) is refused by this kernel: %s%s", culprit->name,
		culprit->section, reason, word);
}

static int explain(struct probe *probe, const struct program *culprit, int code, struct err *err)
{
	char reason[128];

	if ((code == -EPERM || code == -EACCES) && !kernel_privileged())
		return err_set(err, -EPERM, "no permission to load BPF programs; %s",
			kernel_privileges_advice);
	if (culprit)
		return explain_refusal(probe, culprit, code, err);
	if (access(KERNEL_BTF, F_OK) < 0)
		return err_set(err, -ENOTSUP,
			"this kernel has no BTF at " KERNEL_BTF
			"; CONFIG_DEBUG_INFO_BTF=y is needed (%s)",
			probe_log_warning());
	libbpf_strerror(code, reason, sizeof(reason));
	return err_set(err, code, "it cannot be loaded: %s (%s)", reason, probe_log_warning());
}

/* Own descriptors: libbpf's go with its object. */
static int take_descriptors(struct probe *probe, struct err *err)
{
	for (size_t i = 0; i < probe->program_count; i++) {
		struct program *program = &probe->programs[i];

		if (!program->selected)
			continue;
		program->fd = fcntl(bpf_program__fd(bpf_object__find_program_by_name(
					    probe->object, program->name)),
			F_DUPFD_CLOEXEC, 3);
		if (program->fd < 0)
			return err_set(
				err, -errno, "program %s: %s", program->name, strerror(errno));
	}
	for (size_t i = 0; i < probe->map_count; i++) {
		struct map_info *info = &probe->maps[i];
		struct bpf_map *map = bpf_object__find_map_by_name(probe->object, info->name);
		struct bpf_map_info kernel_info = {0};
		uint32_t size = sizeof(kernel_info);

		if (!map_is_made(probe, i))
			continue;
		info->fd = fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 3);
		if (info->fd < 0)
			return err_set(err, -errno, "map %s: %s", info->name, strerror(errno));
		if (info->table.kind == TABLE_NONE)
			info->max_entries = bpf_map__max_entries(map);
		if (bpf_obj_get_info_by_fd(info->fd, &kernel_info, &size) == 0)
			info->id = kernel_info.id;
	}
	return 0;
}

/* One attempt. If a candidate is to blame, *culprit is set. */
static int attempt(struct probe *probe, struct program **culprit, struct err *err)
{
	int rc = 0;

	*culprit = NULL;
	if (!probe->object)
		rc = object_parse(probe, &probe->object, err);
	if (rc == 0)
		rc = tables_size(probe, err);
	if (rc == 0)
		rc = map_use_find(probe, err);
	if (rc == 0)
		rc = map_use_apply(probe, err);
	if (rc == 0 && probe->reuse)
		rc = pin_reuse(probe, err);
	if (rc < 0)
		return rc;
	rc = load_selected(probe);
	if (rc < 0) {
		*culprit = find_culprit(probe);
		return rc;
	}
	return try_attach(probe, culprit, err);
}

/* Whether there is another candidate in the place of this one. */
static bool replace(struct probe *probe, const struct program *culprit)
{
	if (!culprit || culprit->choice == NO_CHOICE)
		return false;
	if (probe->candidates[culprit->choice].index + 1 ==
		probe->candidates[culprit->choice].choice->program_count)
		return false;
	probe->candidates[culprit->choice].index++;
	return choose_programs(probe, NULL) == 0;
}

static int load_probe(struct probe *probe, struct err *err)
{
	struct program *culprit;
	struct err attach = {""};
	int rc = choose_programs(probe, err);

	if (rc < 0)
		return rc;
	/* Each turn but the last moves one choice on, so this ends. */
	while ((rc = attempt(probe, &culprit, &attach)) < 0) {
		bool again = replace(probe, culprit);

		bpf_object__close(probe->object);
		probe->object = NULL;
		if (again)
			continue;
		if (*attach.text)
			return err_set(err, rc, "%s", attach.text);
		return explain(probe, culprit, rc, err);
	}
	return take_descriptors(probe, err);
}

int probe_load(struct probe *probe, struct err *err)
{
	int rc;

	if (probe->loaded)
		return probe_fail(probe, err_set(err, -EALREADY, "it is loaded already"), err);
	rc = load_probe(probe, err);
	if (rc == 0 && !probe->reuse)
		rc = tables_fill(probe, err);
	if (rc < 0)
		return probe_fail(probe, rc, err);
	kernel_file_free(&probe->bytes);
	probe->loaded = true;
	return 0;
}

const char *probe_verifier_log(const struct probe *probe)
{
	return probe->verifier_log ? probe->verifier_log : "";
}
