/* SPDX-License-Identifier: Apache-2.0 */
/* A BPF object from anywhere: opened, its maps and programs looked at, nothing loaded. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every string is read to its end, every field lies in its type. */
static size_t look_at(const struct layout *layout)
{
	size_t sum = 0;

	for (size_t i = 0; i < layout->field_count; i++) {
		const struct field *field = &layout->fields[i];

		if (field->offset > layout->size || field->size > layout->size - field->offset)
			abort();
		if (field->kind == FIELD_ARRAY &&
			(!field->element_size || field->size % field->element_size))
			abort();
		sum += strlen(field->name);
		for (size_t e = 0; e < field->enum_count; e++)
			sum += strlen(field->enum_names[e].name);
	}
	return sum;
}

static size_t look_at_all(const struct probe *probe)
{
	size_t sum = 0;
	struct program_info info;

	for (size_t i = 0; i < probe_map_count(probe); i++) {
		const struct map_info *map = probe_map_at(probe, i);

		sum += strlen(map->name) + look_at(&map->key) + look_at(&map->value);
	}
	for (size_t i = 0; i < probe_program_count(probe); i++) {
		probe_program_info(probe, i, &info);
		sum += strlen(info.name) + strlen(info.section);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("object", MFD_CLOEXEC);
	struct arena arena = {0};
	struct probe *probe;
	struct err err = {""};
	char path[64];
	const char *text;
	size_t length;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (probe_open(&probe, path, NULL, 0, &err) == 0) {
		/* No name is that long: only so that the reading is not optimised away. */
		if (look_at_all(probe) == SIZE_MAX)
			abort();
		probe_free(probe);
	} else if (!*err.text) {
		abort();
	}
	if (probe_definition(path, &arena, &text, &length, &err) == 0 && strlen(text) > length)
		abort();
	arena_fini(&arena);
	close(fd);
	return 0;
}
