/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/pin.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "probe/pin_folder.h"
#include "probe/probe_private.h"
#include "probe/tables.h"
#include "read/reader.h"

enum {
	/* Links of one program: one for each CPU at most. */
	LINKS = 4096
};

/* Hash what follows together with what came before. */
static void mix(uint64_t *hash, const struct hash_seed *seed, const void *bytes, size_t length)
{
	const struct hash_seed chained = {seed->k0 ^ *hash, seed->k1};

	*hash = hash_bytes(&chained, bytes, length);
}

static void mix_text(uint64_t *hash, const struct hash_seed *seed, const char *text)
{
	mix(hash, seed, text, strlen(text) + 1);
}

static void mix_layout(uint64_t *hash, const struct hash_seed *seed, const struct layout *layout)
{
	mix(hash, seed, &layout->size, sizeof(layout->size));
	for (size_t i = 0; i < layout->field_count; i++) {
		const struct field *field = &layout->fields[i];
		const uint32_t numbers[] = {field->kind, field->offset, field->size,
			field->element_size, field->bits, field->first_bit};

		mix_text(hash, seed, field->name);
		mix(hash, seed, numbers, sizeof(numbers));
	}
}

static void mix_map(uint64_t *hash, const struct hash_seed *seed, const struct map_info *map)
{
	const struct table_layout *table = &map->table;
	const uint32_t numbers[] = {map->type, map->key_size, map->value_size, map->max_entries,
		table->kind, table->stride, table->key_offset, table->value_offset,
		table->values_offset, table->scale, table->first_octave, table->divisor,
		map->spread != NULL};

	mix_text(hash, seed, map->name);
	mix(hash, seed, numbers, sizeof(numbers));
	mix_layout(hash, seed, &map->key);
	mix_layout(hash, seed, &map->value);
}

uint64_t probe_fingerprint(const struct probe *probe, const struct hash_seed *seed)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < probe->map_count; i++)
		mix_map(&hash, seed, &probe->maps[i]);
	for (size_t i = 0; i < probe->program_count; i++) {
		mix_text(&hash, seed, probe->programs[i].name);
		mix_text(&hash, seed, probe->programs[i].section);
		mix(&hash, seed, &probe->programs[i].choice, sizeof(probe->programs[i].choice));
		for (size_t n = 0; n < probe->programs[i].hook_count; n++)
			mix_text(&hash, seed, probe->programs[i].hooks[n]);
	}
	for (const struct constant *constant = probe->constants; constant;
		constant = constant->next) {
		mix_text(&hash, seed, constant->name);
		mix(&hash, seed, constant->value, constant->size);
	}
	return hash;
}

uint64_t probe_object_hash(const struct probe *probe, const struct hash_seed *seed)
{
	return hash_bytes(seed, probe->bytes.bytes, probe->bytes.size);
}

static int pin(int fd, const char *folder, const char *kind, const char *name, struct err *err)
{
	char path[PATH_MAX];
	int result = pin_path(path, sizeof(path), folder, kind, name);

	if (!result)
		result = bpf_obj_pin(fd, path);
	if (result < 0)
		return err_set(
			err, result, "%s %s cannot be pinned: %s", kind, name, strerror(-result));
	return 0;
}

/* "PROGRAM:N". */
static int link_path(char *path, size_t size, const char *folder, const char *program, size_t n)
{
	int result = pin_path(path, size, folder, "link", program);
	size_t used = result ? 0 : strlen(path);

	if (!result && (size_t)snprintf(path + used, size - used, ":%zu", n) >= size - used)
		result = -ENAMETOOLONG;
	return result;
}

static int pin_link(struct bpf_link *link, const char *path)
{
	int fd = bpf_link__fd(link);

	return fd < 0 ? -EOPNOTSUPP : bpf_obj_pin(fd, path);
}

static const char *why_not(int result)
{
	return result == -EOPNOTSUPP || result == -EINVAL ? "this kernel cannot keep it attached"
							  : strerror(-result);
}

static int pin_links(struct program *program, const char *folder, struct err *err)
{
	char path[PATH_MAX];
	int result = 0;

	for (size_t i = 0; i < program->links.count && !result; i++) {
		result = link_path(path, sizeof(path), folder, program->name, i);
		if (!result)
			result = pin_link(program->links.list[i], path);
	}
	return result ? err_set(err, result, "the link of program %s cannot be pinned: %s",
				program->name, why_not(result))
		      : 0;
}

/* All or none: halves of what belongs together would count nonsense. */
static void unpin_links(const struct probe *probe, const char *folder)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < probe->program_count; i++) {
		for (size_t n = 0; n < probe->programs[i].links.count; n++) {
			if (!link_path(path, sizeof(path), folder, probe->programs[i].name, n))
				unlink(path);
		}
	}
}

int probe_pin(struct probe *probe, const char *folder, bool *counts, struct err *err)
{
	int result = 0;

	*counts = true;
	for (size_t i = 0; i < probe->map_count && !result; i++) {
		if (map_is_made(probe, i))
			result = pin(probe->maps[i].fd, folder, "map", probe->maps[i].name, err);
	}
	if (result)
		return result;
	for (size_t i = 0; i < probe->program_count && *counts; i++)
		*counts = !pin_links(&probe->programs[i], folder, err);
	if (!*counts) {
		unpin_links(probe, folder);
		return 0;
	}
	for (size_t i = 0; i < probe->program_count && !result; i++) {
		struct program *program = &probe->programs[i];

		program->links.pinned = true;
		if (program->selected)
			result = pin(program->fd, folder, "program", program->name, err);
	}
	return result;
}

/* Whether the kernel's map is the one that the object would make. libbpf chooses the entries of
 * those that say 0. */
static bool map_fits(
	const struct probe *probe, const struct map_info *map, const struct bpf_map_info *pinned)
{
	const struct bpf_map *made = bpf_object__find_map_by_name(probe->object, map->name);
	uint32_t entries = bpf_map__max_entries(made);

	return pinned->type == map->type && pinned->key_size == bpf_map__key_size(made) &&
	       pinned->value_size == bpf_map__value_size(made) &&
	       (!entries || pinned->max_entries == entries);
}

/* The shards, indexes and free lists of tables are as large as the tables want them. */
static bool companions_fit(const struct map_info *map)
{
	const struct table_layout *table = &map->table;

	if (table->kind != TABLE_SLOTS)
		return true;
	return map->index->max_entries >= map->max_entries &&
	       map->free_slots->max_entries >= map->max_entries &&
	       (!map->spread ||
		       map->spread->max_entries == table->spread_shards * table->spread_stride);
}

static int adopt_map(
	const struct probe *probe, struct map_info *map, const char *folder, struct err *err)
{
	struct bpf_map_info pinned = {0};
	uint32_t size = sizeof(pinned);
	char path[PATH_MAX];
	int result = pin_path(path, sizeof(path), folder, "map", map->name);

	map->fd = result ? result : bpf_obj_get(path);
	if (map->fd < 0)
		return err_set(
			err, -EINVAL, "map %s is not pinned: %s", map->name, strerror(-map->fd));
	if (bpf_obj_get_info_by_fd(map->fd, &pinned, &size) < 0 || !map_fits(probe, map, &pinned))
		return err_set(err, -EINVAL, "map %s is of another kind", map->name);
	map->id = pinned.id;
	if (map->table.kind == TABLE_NONE)
		map->max_entries = pinned.max_entries;
	return 0;
}

static int adopt_links(struct program *program, const char *folder)
{
	char path[PATH_MAX];

	for (size_t n = 0; n < LINKS; n++) {
		struct bpf_link *link;
		int result = link_path(path, sizeof(path), folder, program->name, n);

		if (result)
			return result;
		if (access(path, F_OK) < 0)
			return n ? 0 : -ENOENT;
		link = bpf_link__open(path);
		if (!link)
			return -errno;
		result = links_add(&program->links, link);
		if (result)
			return result;
	}
	return -E2BIG;
}

/* A program that is not pinned was not chosen. */
static int adopt_program(struct program *program, const char *folder, struct err *err)
{
	char path[PATH_MAX];
	int result = pin_path(path, sizeof(path), folder, "program", program->name);

	program->selected = !result && access(path, F_OK) == 0;
	if (!program->selected)
		return program->required
			       ? err_set(err, -EINVAL, "program %s is not pinned", program->name)
			       : 0;
	program->fd = bpf_obj_get(path);
	if (program->fd < 0)
		return err_set(
			err, -EINVAL, "program %s: %s", program->name, strerror(-program->fd));
	program->links.pinned = true;
	result = adopt_links(program, folder);
	if (result)
		return err_set(err, -EINVAL, "program %s is not attached any more: %s",
			program->name, strerror(-result));
	return 0;
}

static int adopt(struct probe *probe, const char *folder, struct err *err)
{
	int result = tables_size(probe, err);

	for (size_t i = 0; i < probe->program_count && !result; i++)
		result = adopt_program(&probe->programs[i], folder, err);
	if (!result)
		result = map_use_find(probe, err);
	for (size_t i = 0; i < probe->map_count && !result; i++) {
		if (map_is_made(probe, i))
			result = adopt_map(probe, &probe->maps[i], folder, err);
	}
	for (size_t i = 0; i < probe->map_count && !result; i++) {
		if (map_is_made(probe, i) && !companions_fit(&probe->maps[i]))
			result = err_set(
				err, -EINVAL, "map %s is of another size", probe->maps[i].name);
	}
	return result;
}

static void let_go(struct probe *probe)
{
	for (size_t i = 0; i < probe->map_count; i++) {
		if (probe->maps[i].fd >= 0)
			close(probe->maps[i].fd);
		probe->maps[i].fd = -1;
	}
	for (size_t i = 0; i < probe->program_count; i++) {
		links_destroy(&probe->programs[i].links);
		if (probe->programs[i].fd >= 0)
			close(probe->programs[i].fd);
		probe->programs[i].fd = -1;
	}
}

int probe_adopt(struct probe *probe, const char *folder, struct err *err)
{
	int result = adopt(probe, folder, err);

	if (result) {
		let_go(probe);
		return result;
	}
	bpf_object__close(probe->object);
	probe->object = NULL;
	kernel_file_free(&probe->bytes);
	probe->loaded = probe->attached = true;
	return 0;
}

void probe_reuse_maps(struct probe *probe, const char *folder)
{
	probe->reuse = folder;
}

int pin_reuse(const struct probe *probe, struct err *err)
{
	char path[PATH_MAX];
	struct bpf_map *map;

	bpf_object__for_each_map(map, probe->object)
	{
		const char *name = bpf_map__name(map);
		int result;

		/* libbpf fills these anew whenever it attaches. */
		if (bpf_map__is_internal(map) || !strncmp(name, "__bpf_usdt", 10))
			continue;
		result = pin_path(path, sizeof(path), probe->reuse, "map", name);
		if (!result)
			result = bpf_map__set_pin_path(map, path);
		if (result)
			return err_set(err, result, "map %s: %s", name, strerror(-result));
	}
	return 0;
}
