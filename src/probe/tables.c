/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/tables.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "read/reader.h"

enum {
	SLOTS_VERSION = 3,
	SHARDS_VERSION = 1,
	KEY_OFFSET = 8,
	WORD = sizeof(uint64_t),
	SCALE_MAX = 6,
	/* OTEL_OCTAVES */
	OCTAVES = 65,
	/* OTEL_SPREAD_STRIDE */
	SPREAD_ALIGN = 16,
};

static int invalid(const struct map_info *info, const char *what, struct err *err)
{
	return err_set(err, -EINVAL,
		"map %s says that it is made by otel.bpf.h, but %s; was it compiled with another "
		"version?",
		info->name, what);
}

/* The value of the enumerator that ends in `suffix`. */
static bool find_constant(const struct field *field, const char *suffix, uint32_t *value)
{
	size_t length = strlen(suffix);

	for (size_t i = 0; i < field->enum_count; i++) {
		const struct enum_name *constant = &field->enum_names[i];
		size_t name_length = strlen(constant->name);

		if (name_length < length ||
			strcmp(constant->name + name_length - length, suffix) != 0)
			continue;
		*value = (uint32_t)constant->value;
		return constant->value >= 0 && constant->value <= UINT32_MAX;
	}
	return false;
}

static enum table_kind kind_of(const struct map_info *info, bool *known)
{
	const struct field *layout = layout_find(&info->value, "layout");
	uint32_t version;

	*known = true;
	if (info->type != BPF_MAP_TYPE_ARRAY || !layout || layout->kind != FIELD_ENUM)
		return TABLE_NONE;
	if (find_constant(layout, "_otel_slots", &version)) {
		*known = version == SLOTS_VERSION;
		return TABLE_SLOTS;
	}
	if (find_constant(layout, "_otel_shards", &version)) {
		*known = version == SHARDS_VERSION;
		return TABLE_SHARDS;
	}
	return TABLE_NONE;
}

/* `name` without "prefix" or "prefix."; NULL if it is another field. */
static const char *behind(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncmp(name, prefix, length) != 0)
		return NULL;
	if (name[length] == '.')
		return name + length + 1;
	return name[length] ? NULL : name + length;
}

/* The fields under `prefix` as a layout of their own, from the first of them on; *offset says where
 * that is. */
static int cut_out(struct probe *probe, const struct layout *whole, const char *prefix,
	struct layout *part, uint32_t *offset)
{
	struct field *fields = arena_alloc(
		&probe->arena, (whole->field_count + 1) * sizeof(*fields));

	if (!fields)
		return -ENOMEM;
	*part = (struct layout){.fields = fields};
	for (size_t i = 0; i < whole->field_count; i++) {
		const char *name = behind(whole->fields[i].name, prefix);

		if (!name)
			continue;
		if (!part->field_count)
			*offset = whole->fields[i].offset;
		if (whole->fields[i].offset < *offset)
			return -EINVAL;
		fields[part->field_count] = whole->fields[i];
		fields[part->field_count].name = name;
		fields[part->field_count++].offset -= *offset;
	}
	return part->field_count ? 0 : -EINVAL;
}

static const struct map_info *companion(const struct probe *probe, const struct map_info *info,
	const char *suffix, enum bpf_map_type type)
{
	size_t length = strlen(info->name);

	for (size_t i = 0; i < probe->map_count; i++) {
		const struct map_info *other = &probe->maps[i];

		if (!strncmp(other->name, info->name, length) &&
			!strcmp(other->name + length, suffix))
			return other->type == (uint32_t)type ? other : NULL;
	}
	return NULL;
}

static bool constants_fit(
	struct table_layout *table, const struct field *layout, const struct layout *value)
{
	const struct field *buckets = layout_find(value, "buckets");
	uint32_t count;

	if (!find_constant(layout, "_otel_scale", &table->scale))
		return true; /* no exponential histogram */
	if (!find_constant(layout, "_otel_divisor", &table->divisor) || !table->divisor ||
		!find_constant(layout, "_otel_first", &table->first_octave) ||
		table->scale > SCALE_MAX || table->first_octave >= OCTAVES)
		return false;
	if (!buckets || buckets->kind != FIELD_ARRAY || buckets->element_size != WORD ||
		buckets->offset % WORD)
		return false;
	count = buckets->size / WORD;
	return count > OCTAVES && (count - OCTAVES) % (1U << table->scale) == 0 &&
	       count - OCTAVES <= (uint32_t)OCTAVES << table->scale;
}

/* The values of the slots are in shards: OTEL_SPREAD_SLOTS. */
static bool spread_fits(
	const struct probe *probe, struct map_info *info, const struct field *layout)
{
	struct table_layout *table = &info->table;
	uint32_t count;
	uint64_t stride = ((uint64_t)info->max_entries + SPREAD_ALIGN) / SPREAD_ALIGN *
			  SPREAD_ALIGN;

	if (!find_constant(layout, "_otel_spread", &count))
		return true;
	info->spread = companion(probe, info, "_shards", BPF_MAP_TYPE_ARRAY);
	if (!info->spread || !count || info->value_size != WORD ||
		info->spread->value_size != WORD || info->spread->max_entries != count * stride)
		return false;
	table->spread_shards = count;
	table->spread_stride = (uint32_t)stride;
	return true;
}

/* A program that sleeps may hold a slot's number for longer than anybody can wait. So may work that
 * a program puts off by one of these, whatever the program itself does. */
static bool any_sleeps(const struct probe *probe)
{
	static const char *const deferring[] = {"bpf_wq", "bpf_task_work"};
	const struct btf *btf = bpf_object__btf(probe->object);

	for (size_t i = 0; btf && i < ARRAY_SIZE(deferring); i++) {
		if (btf__find_by_name_kind(btf, deferring[i], BTF_KIND_STRUCT) >= 0)
			return true;
	}
	for (size_t i = 0; i < probe->program_count; i++) {
		const char *section = probe->programs[i].section;
		size_t length = strcspn(section, "/");

		if ((length > 2 && !strncmp(section + length - 2, ".s", 2)) ||
			!strncmp(section, "syscall", sizeof("syscall")))
			return true;
	}
	return false;
}

static int describe_slots(struct probe *probe, struct map_info *info, struct err *err)
{
	const struct field *layout = layout_find(&info->value, "layout");
	struct table_layout table = {.kind = TABLE_SLOTS, .stride = (info->value_size + 7U) & ~7U};
	struct layout key, value;
	int rc;

	/* Its fields are those of the index, which count from the key's first byte. */
	rc = cut_out(probe, &info->value, "key", &key, &table.key_offset);
	if (rc == 0)
		rc = cut_out(probe, &info->value, "value", &value, &table.value_offset);
	if (rc == -ENOMEM)
		return err_set(err, rc, "out of memory");
	info->index = companion(probe, info, "_index", BPF_MAP_TYPE_HASH);
	info->free_slots = companion(probe, info, "_free", BPF_MAP_TYPE_QUEUE);
	info->hints = companion(probe, info, "_hints", BPF_MAP_TYPE_ARRAY);
	if (!info->index || !info->free_slots || !info->hints)
		return invalid(
			info, "it has no NAME_index, NAME_free or NAME_hints beside it", err);
	if (rc < 0 || table.key_offset != KEY_OFFSET || table.value_offset % WORD ||
		table.key_offset + (uint64_t)info->index->key_size > table.value_offset ||
		table.value_offset >= info->value_size || info->max_entries < 2 ||
		info->free_slots->max_entries != info->max_entries - 1)
		return invalid(info, "its slots are not laid out in that way", err);
	value.size = info->value_size - table.value_offset;
	if (!constants_fit(&table, layout, &value))
		return invalid(info, "its buckets do not fit its constants", err);
	table.elements = info->max_entries;
	info->max_entries--;
	info->key_size = info->index->key_size;
	info->value_size = value.size;
	info->key = info->index->key;
	info->value = value;
	info->table = table;
	info->table.sleeps = any_sleeps(probe);
	if (!spread_fits(probe, info, layout))
		return invalid(info, "its shards do not fit its slots", err);
	return 0;
}

static int describe_shards(struct probe *probe, struct map_info *info, struct err *err)
{
	const struct field *values = layout_find(&info->value, "values");
	struct field *plain = arena_alloc(&probe->arena, 2 * sizeof(*plain));

	if (!plain)
		return err_set(err, -ENOMEM, "out of memory");
	if (!values || values->kind != FIELD_ARRAY || values->element_size != WORD ||
		values->offset % WORD || values->size < 2 * WORD)
		return invalid(info, "its shards are not laid out in that way", err);
	info->table = (struct table_layout){
		.kind = TABLE_SHARDS,
		.elements = info->max_entries,
		.stride = (info->value_size + 7U) & ~7U,
		.values_offset = values->offset,
	};
	plain[0] = (struct field){.name = "", .kind = FIELD_UINT, .size = sizeof(uint32_t)};
	plain[1] = (struct field){.name = "", .kind = FIELD_UINT, .size = WORD};
	info->key = (struct layout){
		.size = sizeof(uint32_t), .fields = &plain[0], .field_count = 1};
	info->value = (struct layout){.size = WORD, .fields = &plain[1], .field_count = 1};
	info->key_size = sizeof(uint32_t);
	info->value_size = WORD;
	info->max_entries = values->size / WORD - 1;
	return 0;
}

static int describe(struct probe *probe, struct map_info *info, struct err *err)
{
	bool known;
	enum table_kind kind = kind_of(info, &known);

	if (kind == TABLE_NONE)
		return 0;
	if (!known)
		return invalid(info, "its layout has another number", err);
	if (info->value_size > LIMIT_MAP_VALUE)
		return err_set(err, -EINVAL, "map %s: elements of %u bytes; at most %d can be read",
			info->name, info->value_size, LIMIT_MAP_VALUE);
	return kind == TABLE_SLOTS ? describe_slots(probe, info, err)
				   : describe_shards(probe, info, err);
}

int tables_describe(struct probe *probe, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < probe->map_count && rc == 0; i++)
		rc = describe(probe, &probe->maps[i], err);
	return rc;
}

/* As many shards as there are CPUs, or fewer. */
static int size_shards(struct probe *probe, struct map_info *info, uint32_t cpus, struct err *err)
{
	struct table_layout *table = &info->table;
	const char *name = info->name;
	uint32_t elements = cpus;
	int rc;

	if (table->kind == TABLE_SHARDS) {
		table->elements = cpus;
	} else {
		if (table->spread_shards > cpus)
			table->spread_shards = cpus;
		name = info->spread->name;
		elements = table->spread_shards * table->spread_stride;
	}
	rc = bpf_map__set_max_entries(bpf_object__find_map_by_name(probe->object, name), elements);
	return rc < 0 ? err_set(err, rc, "map %s: %s", name, strerror(-rc)) : 0;
}

int tables_size(struct probe *probe, struct err *err)
{
	uint32_t cpus = 0;
	int rc = 0;

	for (size_t i = 0; i < probe->map_count && rc == 0; i++) {
		struct map_info *info = &probe->maps[i];

		if (info->table.kind != TABLE_SHARDS && !info->spread)
			continue;
		if (!cpus)
			cpus = possible_cpu_end();
		if (!cpus)
			return err_set(err, -EIO,
				"the number of CPUs cannot be read from "
				"/sys/devices/system/cpu/possible; is sysfs mounted?");
		rc = size_shards(probe, info, cpus, err);
	}
	return rc;
}

int tables_fill(const struct probe *probe, struct err *err)
{
	for (size_t i = 0; i < probe->map_count; i++) {
		const struct map_info *info = &probe->maps[i];

		if (info->table.kind != TABLE_SLOTS || !map_is_made(probe, i))
			continue;
		for (uint32_t slot = 1; slot < info->table.elements; slot++) {
			int rc = bpf_map_update_elem(info->free_slots->fd, NULL, &slot, BPF_ANY);

			if (rc < 0)
				return err_set(err, rc, "map %s: filling it failed: %s",
					info->free_slots->name, strerror(-rc));
		}
	}
	return 0;
}
