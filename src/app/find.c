/* SPDX-License-Identifier: Apache-2.0 */
#include "app/find.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/nearest.h"

const char *const default_packs[] = {
	"bio_latency", "softirqs", "tcp_sessions", "timer_starts", NULL};

const char *pack_directory(const char *directory, struct arena *arena, struct err *err)
{
	char self[PATH_MAX];
	const char *places[] = {"packs", "../lib/otelbpf/packs"};
	const char *path = NULL;
	ssize_t length;

	if (directory)
		return directory;
	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length <= 0) {
		err_set(err, -errno,
			"cannot find the packs: /proc/self/exe: %s; name their directory with "
			"--pack-dir",
			strerror(errno));
		return NULL;
	}
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		path = arena_printf(arena, "%s/%s", self, places[i]);
		if (path && !access(path, X_OK))
			break;
	}
	if (!path)
		err_set(err, -ENOMEM, "out of memory");
	return path;
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), wanted = strlen(suffix);

	return length > wanted && !strcmp(text + length - wanted, suffix);
}

static bool is_path(const char *name)
{
	return strchr(name, '/') || has_suffix(name, ".yaml");
}

static int not_found(const char *directory, const char *name, struct arena *arena, struct err *err)
{
	const char *const *names;
	struct nearest nearest;
	size_t count = 0;

	if (pack_names(directory, &names, &count, arena, err))
		return err_prefix(err, -ENOENT, "there is no pack `%s`: ", name);
	nearest_init(&nearest, name);
	for (size_t i = 0; i < count; i++)
		nearest_offer(&nearest, names[i]);
	return err_set(err, -ENOENT,
		"there is no pack `%s` in %s%s%s%s; `otelbpf list` shows what there is", name,
		directory, nearest.name ? "; did you mean `" : "", nearest.name ? nearest.name : "",
		nearest.name ? "`?" : "");
}

int pack_find(struct pack_files *files, const char *directory, const char *name,
	struct arena *arena, struct err *err)
{
	const char *stem;

	if (!is_path(name)) {
		files->definition = arena_printf(arena, "%s/%s/%s.yaml", directory, name, name);
	} else {
		files->definition = arena_strdup(arena, name);
		if (!has_suffix(name, ".yaml"))
			return err_set(err, -EINVAL,
				"%s: a pack is named by its name or by the path of its .yaml file",
				name);
	}
	if (!files->definition)
		return err_set(err, -ENOMEM, "out of memory");
	stem = arena_strndup(arena, files->definition, strlen(files->definition) - 5);
	files->object = stem ? arena_printf(arena, "%s.bpf.o", stem) : NULL;
	if (!files->object)
		return err_set(err, -ENOMEM, "out of memory");
	if (!access(files->definition, F_OK))
		return 0;
	if (is_path(name))
		return err_set(err, -errno, "%s: %s", name, strerror(errno));
	return not_found(directory, name, arena, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int pack_names(const char *directory, const char *const **names, size_t *count, struct arena *arena,
	struct err *err)
{
	const char **list = arena_alloc(arena, LIMIT_PACKS * sizeof(*list));
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	dir = opendir(directory);
	if (!dir || !list) {
		if (dir)
			closedir(dir);
		return err_set(err, -errno,
			"cannot read the pack directory %s: %s; name another with --pack-dir",
			directory, strerror(errno));
	}
	while ((entry = readdir(dir)) && n < LIMIT_PACKS) {
		const char *file;

		if (entry->d_name[0] == '.')
			continue;
		file = arena_printf(
			arena, "%s/%s/%s.yaml", directory, entry->d_name, entry->d_name);
		if (!file || access(file, F_OK))
			continue;
		list[n] = arena_strdup(arena, entry->d_name);
		if (list[n])
			n++;
	}
	closedir(dir);
	qsort(list, n, sizeof(*list), by_name);
	*names = list;
	*count = n;
	return 0;
}
