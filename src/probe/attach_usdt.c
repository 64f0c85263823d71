/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usdt/FILE:PROVIDER:NAME: a probe that a program or library has in it (<sys/sdt.h>), in whatever
 * process runs it. FILE as user_file_find takes it.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "probe/probe_private.h"
#include "probe/user_file.h"

struct place {
	char text[PATH_MAX + 512];
	char *provider, *name; /* in `text`, of which the rest is the file */
};

static int parse(const char *text, struct place *place, struct err *err)
{
	size_t length = strlen(text);

	if (length < sizeof(place->text)) {
		memcpy(place->text, text, length + 1);
		place->name = strrchr(place->text, ':');
		if (place->name)
			*place->name++ = '\0';
		place->provider = strrchr(place->text, ':');
		if (place->provider)
			*place->provider++ = '\0';
		if (place->name && place->provider && *place->text && *place->provider &&
			*place->name)
			return 0;
	}
	return err_set(err, -EINVAL,
		"found %.100s, expected FILE:PROVIDER:NAME (python3:python:function__entry)",
		*text ? text : "nothing");
}

static int find(const struct place *place, char *path, size_t size, struct err *err)
{
	int rc = user_file_find(place->text, path, size, err);

	if (rc < 0)
		return -ENOTSUP;
	if (user_file_has_usdt(path, place->provider, place->name) == 0)
		return err_set(err, -ENOTSUP,
			"%s has no USDT probe %s:%s: it was built without, or has it in a library "
			"of its own",
			path, place->provider, place->name);
	return 0; /* there, or hidden from this user */
}

static int check(const char *text, struct err *err)
{
	char path[PATH_MAX];
	struct place place;
	int rc = parse(text, &place, err);

	return rc < 0 ? rc : find(&place, path, sizeof(path), err);
}

static int attach(
	const struct bpf_program *program, const char *text, struct links *links, struct err *err)
{
	char path[PATH_MAX];
	struct bpf_link *link;
	struct place place;
	int rc = parse(text, &place, err);

	if (rc == 0)
		rc = find(&place, path, sizeof(path), err);
	if (rc < 0)
		return rc;
	link = bpf_program__attach_usdt(program, -1, path, place.provider, place.name, NULL);
	if (link)
		return links_add(links, link);
	/* Without a cookie of the link libbpf finds the probe by its address. */
	if (errno == EOPNOTSUPP)
		return err_set(err, -ENOTSUP,
			"%s is a library or position-independent (PIE), which can lie anywhere in "
			"memory: for all processes that takes Linux 5.15",
			path);
	return -errno;
}

const struct attach_kind attach_usdt = {
	.prefix = "usdt/",
	.program_type = BPF_PROG_TYPE_KPROBE,
	.check = check,
	.attach = attach,
};
