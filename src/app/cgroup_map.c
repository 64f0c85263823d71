/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cgroup_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "decode/cgroup_find.h"
#include "decode/cgroup_mount.h"
#include "decode/pattern.h"
#include "read/map_write.h"

/* Ids, sorted. */
struct ids {
	uint64_t *list;
	size_t count, room;
};

struct cgroup_map {
	const struct cgroup_map_definition *definition;
	const struct map_info *map;
	struct pattern *patterns[LIMIT_PATTERNS];
	size_t pattern_count;
	struct cgroup_tree tree;
	struct ids present; /* in the map, as far as we put them there */
	struct ids found;   /* by the walk that is under way */
	int problem;	    /* of the walk: the first */
};

static int check_map(const struct cgroup_map *map, struct err *err)
{
	const struct cgroup_map_definition *definition = map->definition;
	/* uapi/linux/bpf.h: storage is found by a descriptor of the cgroup. */
	uint32_t key_size = definition->storage ? sizeof(int) : sizeof(uint64_t);

	if (!map->map)
		return err_set(err, -EINVAL, "the object has no map `%s`", definition->map);
	if (map->map->key_size != key_size || map->map->value_size != sizeof(uint64_t))
		return err_set(err, -EINVAL,
			"map %s has keys of %u bytes and values of %u, expected %u and %zu",
			definition->map, map->map->key_size, map->map->value_size, key_size,
			sizeof(uint64_t));
	return 0;
}

static int add_patterns(struct cgroup_map *map, struct err *err)
{
	for (size_t i = 0; i < map->definition->pattern_count; i++) {
		int result = pattern_new(&map->patterns[i], map->definition->patterns[i], err);

		if (result)
			return result;
		map->pattern_count++;
	}
	return 0;
}

int cgroup_map_new(struct cgroup_map **result, const struct cgroup_map_definition *definition,
	const struct probe *probe, struct err *err)
{
	struct cgroup_map *map = calloc(1, sizeof(*map));
	int code;

	if (!map)
		return err_set(err, -ENOMEM, "out of memory");
	map->definition = definition;
	map->map = probe_map(probe, definition->map);
	map->tree.fd = -1;
	code = check_map(map, err);
	if (!code)
		code = add_patterns(map, err);
	if (code) {
		cgroup_map_free(map);
		return code;
	}
	*result = map;
	return 0;
}

void cgroup_map_free(struct cgroup_map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->pattern_count; i++)
		pattern_free(map->patterns[i]);
	cgroup_tree_close(&map->tree);
	free(map->present.list);
	free(map->found.list);
	free(map);
}

static int open_tree(struct cgroup_map *map, struct err *err)
{
	char mount[CGROUP_PATH];
	int result;

	if (map->tree.fd >= 0)
		return 0;
	result = cgroup_mount_find("/proc/self/mountinfo", NULL, mount, sizeof(mount));
	if (!result)
		result = cgroup_tree_open(&map->tree, mount);
	if (result)
		return err_set(
			err, result, "cgroups of version 2 cannot be read: %s", strerror(-result));
	return 0;
}

static bool matches(const struct cgroup_map *map, const char *path)
{
	struct span whole, group;

	for (size_t i = 0; i < map->pattern_count; i++)
		if (pattern_match(map->patterns[i], path, strlen(path), &whole, &group))
			return true;
	return false;
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool has_id(const struct ids *ids, uint64_t id)
{
	return ids->count && bsearch(&id, ids->list, ids->count, sizeof(id), compare_ids);
}

static int add_id(struct ids *ids, uint64_t id)
{
	size_t room = ids->room ? ids->room * 2 : 64;
	uint64_t *list;

	if (ids->count == ids->room) {
		list = reallocarray(ids->list, room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		ids->list = list;
		ids->room = room;
	}
	ids->list[ids->count++] = id;
	return 0;
}

static int put(const struct cgroup_map *map, uint64_t id, const char *path)
{
	const uint64_t value = 1;
	int fd, result;

	if (!map->definition->storage)
		return map_put(map->map->fd, &id, &value);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno; /* it has gone meanwhile */
	result = map_put(map->map->fd, &fd, &value);
	close(fd);
	return result;
}

/* What could not be put is tried again by the next walk. */
static void take(void *opaque, uint64_t id, const char *path)
{
	struct cgroup_map *map = opaque;
	int result = 0;

	if (!matches(map, path))
		return;
	if (!has_id(&map->present, id))
		result = put(map, id, path);
	if (!result)
		result = add_id(&map->found, id);
	if (result && !map->problem)
		map->problem = result;
}

/* Ids are never given again: those of cgroups that have gone only take places. */
static void forget_gone(struct cgroup_map *map)
{
	for (size_t i = 0; i < map->present.count; i++) {
		uint64_t id = map->present.list[i];
		int result = 0;

		if (!map->definition->storage && !has_id(&map->found, id))
			result = map_remove(map->map->fd, &id);
		if (result && !map->problem)
			map->problem = result;
	}
}

int cgroup_map_update(struct cgroup_map *map, struct err *err)
{
	struct ids before = map->present;
	int result = open_tree(map, err);

	if (result)
		return result;
	map->problem = 0;
	map->found.count = 0;
	cgroup_walk(&map->tree, take, map);
	if (map->found.count)
		qsort(map->found.list, map->found.count, sizeof(*map->found.list), compare_ids);
	forget_gone(map);
	map->present = map->found;
	map->found = before;
	if (map->problem)
		return err_set(err, map->problem, "map %s: cgroups cannot be put into it: %s",
			map->map->name,
			map->problem == -E2BIG ? "it is full" : strerror(-map->problem));
	return 0;
}
