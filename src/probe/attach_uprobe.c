/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uprobe/FILE:FUNCTION[+OFFSET], uretprobe/FILE:FUNCTION: calls of a function in a program or
 * library, by whatever process. FILE as user_file_find takes it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "base/str.h"
#include "probe/probe_private.h"
#include "probe/user_file.h"

enum {
	FUNCTION_SIZE = 512,
};

struct call {
	char file[PATH_MAX];
	char function[FUNCTION_SIZE];
	uint64_t offset;
};

static int refuse(const char *text, struct err *err)
{
	return err_set(err, -EINVAL,
		"found %.100s, expected FILE:FUNCTION or FILE:FUNCTION+OFFSET "
		"(libc.so.6:malloc, /usr/bin/bash:readline)",
		*text ? text : "nothing");
}

/* What stands before the last ':' is the file. */
static int parse(const char *text, struct call *call, struct err *err)
{
	const char *colon = strrchr(text, ':');
	size_t file = colon ? (size_t)(colon - text) : 0, function;

	if (!file || file >= sizeof(call->file))
		return refuse(text, err);
	memcpy(call->file, text, file);
	call->file[file] = '\0';
	function = strcspn(colon + 1, "+");
	if (!function || function >= sizeof(call->function))
		return refuse(text, err);
	memcpy(call->function, colon + 1, function);
	call->function[function] = '\0';
	call->offset = 0;
	if (colon[1 + function] && str_to_u64(colon + 2 + function, &call->offset))
		return refuse(text, err);
	return 0;
}

static int check(const char *text, struct err *err)
{
	char path[PATH_MAX];
	struct call call;
	int rc = parse(text, &call, err);

	if (rc < 0)
		return rc;
	return user_file_find(call.file, path, sizeof(path), err) < 0 ? -ENOTSUP : 0;
}

static int attach_call(const struct bpf_program *program, const char *text, bool on_return,
	struct links *links, struct err *err)
{
	LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = on_return);
	char path[PATH_MAX];
	struct bpf_link *link;
	struct call call;
	int rc = parse(text, &call, err);

	if (rc == 0)
		rc = user_file_find(call.file, path, sizeof(path), err);
	if (rc < 0)
		return rc;
	options.func_name = call.function;
	link = bpf_program__attach_uprobe_opts(program, -1, path, call.offset, &options);
	if (link)
		return links_add(links, link);
	if (errno == ENOENT)
		return err_set(err, -ENOENT, "%s has no function %s", path, call.function);
	return -errno;
}

static int attach(
	const struct bpf_program *program, const char *text, struct links *links, struct err *err)
{
	return attach_call(program, text, false, links, err);
}

static int attach_return(
	const struct bpf_program *program, const char *text, struct links *links, struct err *err)
{
	return attach_call(program, text, true, links, err);
}

const struct attach_kind attach_uprobe = {
	.prefix = "uprobe/",
	.program_type = BPF_PROG_TYPE_KPROBE,
	.check = check,
	.attach = attach,
};

const struct attach_kind attach_uretprobe = {
	.prefix = "uretprobe/",
	.program_type = BPF_PROG_TYPE_KPROBE,
	.check = check,
	.attach = attach_return,
};
