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

static const char definition_suffix[] = ".yaml", object_suffix[] = ".bpf.o";

static bool is_path(const char *name)
{
	return strchr(name, '/') || has_suffix(name, definition_suffix) ||
	       has_suffix(name, object_suffix);
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
		"there is no pack `%s` in %s%s%s%s `otelbpf list` shows what there is", name,
		directory, nearest.name ? "; did you mean `" : ";",
		nearest.name ? nearest.name : "", nearest.name ? "`?" : "");
}

/* The path of a pack's files without .yaml or .bpf.o. */
static const char *pack_stem(
	const struct pack_request *request, struct arena *arena, struct err *err)
{
	const char *name = request->name;
	const char *suffix = has_suffix(name, object_suffix) ? object_suffix : definition_suffix;
	const char *stem;

	if (!request->ebpf_exporter && !is_path(name)) {
		stem = arena_printf(arena, "%s/%s/%s", request->directory, name, name);
	} else if (has_suffix(name, suffix)) {
		stem = arena_strndup(arena, name, strlen(name) - strlen(suffix));
	} else {
		err_set(err, -EINVAL,
			"%s: a pack is named by its name, or by the path of its .yaml or .bpf.o "
			"file",
			name);
		return NULL;
	}
	if (!stem)
		err_set(err, -ENOMEM, "out of memory");
	return stem;
}

int pack_find(struct pack_files *files, const struct pack_request *request, struct arena *arena,
	struct err *err)
{
	const char *stem = pack_stem(request, arena, err);

	if (!stem)
		return -EINVAL;
	files->definition = arena_printf(arena, "%s%s", stem, definition_suffix);
	files->object = arena_printf(arena, "%s%s", stem, object_suffix);
	if (!files->definition || !files->object)
		return err_set(err, -ENOMEM, "out of memory");
	if (!access(files->definition, F_OK))
		return 0;
	if (request->ebpf_exporter || has_suffix(request->name, definition_suffix))
		return err_set(err, -errno, "%s: %s", files->definition, strerror(errno));
	files->definition = NULL;
	if (!access(files->object, F_OK))
		return 0;
	if (is_path(request->name))
		return err_set(err, -errno, "%s: %s", files->object, strerror(errno));
	return not_found(request->directory, request->name, arena, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* DIRECTORY/NAME/NAME.yaml or .bpf.o; NULL if there is neither. */
static const char *inner_path(const char *directory, const char *name, struct arena *arena)
{
	static const char *const suffixes[] = {definition_suffix, object_suffix};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		const char *file = arena_printf(
			arena, "%s/%s/%s%s", directory, name, name, suffixes[i]);

		if (file && !access(file, F_OK))
			return file;
	}
	return NULL;
}

/* The same, or DIRECTORY/NAME itself if it is a definition, or an object without one beside it. */
static const char *any_path(const char *directory, const char *name, struct arena *arena)
{
	const char *file = inner_path(directory, name, arena);
	const char *beside;

	if (!file && (has_suffix(name, definition_suffix) || has_suffix(name, object_suffix)))
		file = arena_printf(arena, "%s/%s", directory, name);
	if (!file || !has_suffix(name, object_suffix))
		return file;
	beside = arena_printf(arena, "%s/%.*s%s", directory,
		(int)(strlen(name) - strlen(object_suffix)), name, definition_suffix);
	return beside && !access(beside, F_OK) ? NULL : file;
}

static const char *name_only(const char *directory, const char *name, struct arena *arena)
{
	return inner_path(directory, name, arena) ? arena_strdup(arena, name) : NULL;
}

/* What `find` makes of the directory's entries, sorted. */
static int list_directory(const char *directory,
	const char *(*find)(const char *directory, const char *name, struct arena *arena),
	const char *const **found, size_t *count, struct arena *arena, struct err *err)
{
	const char **list = arena_alloc(arena, LIMIT_PACKS * sizeof(*list)), *path;
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	if (!list)
		return err_set(err, -ENOMEM, "out of memory");
	dir = opendir(directory);
	if (!dir)
		return err_set(err, -errno,
			"cannot read the pack directory %s: %s; name another with --pack-dir",
			directory, strerror(errno));
	while ((entry = readdir(dir)) && n <= LIMIT_PACKS) {
		path = entry->d_name[0] == '.' ? NULL : find(directory, entry->d_name, arena);
		if (path && n < LIMIT_PACKS)
			list[n] = path;
		n += path != NULL;
	}
	closedir(dir);
	if (n > LIMIT_PACKS)
		return err_set(err, -E2BIG,
			"there are more than %d packs in %s; name those that you mean, or spread "
			"them over several directories",
			LIMIT_PACKS, directory);
	qsort(list, n, sizeof(*list), by_name);
	*found = list;
	*count = n;
	return 0;
}

int pack_names(const char *directory, const char *const **names, size_t *count, struct arena *arena,
	struct err *err)
{
	return list_directory(directory, name_only, names, count, arena, err);
}

int pack_paths(const char *directory, const char *const **paths, size_t *count, struct arena *arena,
	struct err *err)
{
	return list_directory(directory, any_path, paths, count, arena, err);
}
