/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A definition bound to the maps of an object whose BTF is not as a compiler made it, and keys that
 * are decoded as the plan says. Input: a byte that chooses the object; the definition up to a 0xff;
 * a byte that says how many changes follow, each a place in the BTF (2 bytes) and what is there
 * instead; the rest are keys.
 */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/attributes.h"
#include "config/definition.h"
#include "probe/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	OBJECT_BYTES = 1 << 18,
	CHANGE = 3, /* bytes */
};

struct input {
	const uint8_t *data;
	size_t size;
};

struct object {
	unsigned char bytes[OBJECT_BYTES];
	size_t size, btf, btf_size;
};

static const char *const names[] = {"check", "fuzz_plan", "test_otel"};

static void require(bool fact)
{
	if (!fact)
		abort();
}

static void find_btf(struct object *object)
{
	Elf64_Ehdr header;
	Elf64_Shdr text, section;

	memcpy(&header, object->bytes, sizeof(header));
	memcpy(&text, object->bytes + header.e_shoff + header.e_shstrndx * sizeof(text),
		sizeof(text));
	for (size_t i = 0; i < header.e_shnum; i++) {
		memcpy(&section, object->bytes + header.e_shoff + i * sizeof(section),
			sizeof(section));
		if (strcmp((char *)object->bytes + text.sh_offset + section.sh_name, ".BTF") != 0)
			continue;
		object->btf = section.sh_offset;
		object->btf_size = section.sh_size;
	}
	require(object->btf_size > 0);
}

static const struct object *object_of(uint8_t which)
{
	static struct object objects[ARRAY_SIZE(names)];
	struct object *object = &objects[which % ARRAY_SIZE(names)];
	char path[512];
	FILE *file;

	if (object->size)
		return object;
	snprintf(path, sizeof(path), "%s/%s.bpf.o", OBJECTS, names[which % ARRAY_SIZE(names)]);
	file = fopen(path, "re");
	require(file != NULL);
	object->size = fread(object->bytes, 1, sizeof(object->bytes), file);
	require(feof(file) && object->size > sizeof(Elf64_Ehdr));
	fclose(file);
	find_btf(object);
	return object;
}

static uint8_t take(struct input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

static struct probe *open_changed(const struct object *object, struct input *input)
{
	int fd = memfd_create("object", MFD_CLOEXEC);
	size_t count = take(input);
	struct probe *probe = NULL;
	struct err err = {""};
	char path[64];

	require(fd >= 0 && write(fd, object->bytes, object->size) == (ssize_t)object->size);
	for (size_t i = 0; i < count && input->size >= CHANGE; i++) {
		size_t place = (size_t)take(input) << 8 | take(input);
		uint8_t byte = take(input);

		place = object->btf + place % object->btf_size;
		require(pwrite(fd, &byte, 1, (off_t)place) == 1);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (probe_open(&probe, path, NULL, 0, &err)) {
		require(err.text[0] != '\0');
		probe = NULL;
	}
	close(fd);
	return probe;
}

/* Those that read files have a fuzzer of their own, fuzz_decode.c. */
static bool reads_files(const struct pack_definition *pack)
{
	static const char *const readers[] = {"cgroup", "comm", "enum", "ifname", "ksym", "kstack",
		"majorminor", "pci_class", "pci_device", "pci_subclass", "pci_vendor", "usym"};

	for (size_t i = 0; i < pack->metric_count; i++)
		for (size_t j = 0; j < pack->metrics[i].attribute_count; j++)
			for (size_t k = 0; k < pack->metrics[i].attributes[j].decoder_count; k++)
				for (size_t n = 0; n < ARRAY_SIZE(readers); n++)
					if (!strcmp(pack->metrics[i].attributes[j].decoders[k].name,
						    readers[n]))
						return true;
	return false;
}

/* Bytes of exactly this size, so that reading past them is seen. */
static unsigned char *make_bytes(struct input *input, size_t size)
{
	unsigned char *bytes = malloc(size ? size : 1);

	require(bytes != NULL);
	for (size_t i = 0; i < size; i++)
		bytes[i] = take(input);
	return bytes;
}

static void check_value(const struct field *field, struct input *input, uint32_t size)
{
	unsigned char *bytes;

	if (!field)
		return;
	require(field->size <= size && field->offset <= size - field->size);
	bytes = make_bytes(input, size);
	if (field->size <= sizeof(uint64_t) || field->bits) {
		field_set_integer(field, bytes, field_integer(field, bytes));
	} else {
		struct value value = field_value(field, bytes);

		require(value.type == VALUE_BYTES || value.type == VALUE_STRING);
	}
	free(bytes);
}

static void check_metric(const struct metric_plan *plan, struct input *input)
{
	struct attr attrs[LIMIT_ATTRIBUTES_PER_SERIES + 1];
	/* A CPU's number stands behind the key. */
	unsigned char *key = make_bytes(input, plan->key_size + sizeof(uint32_t));
	const unsigned char *keys[] = {key};
	struct arena arena = {0};
	struct err err = {""};
	size_t count = 0;
	uint64_t number;
	int result;

	require(plan->attribute_count <= LIMIT_ATTRIBUTES_PER_SERIES);
	require(attributes_prepare(plan, keys, 1, &arena) == 0);
	result = attributes_decode(plan, key, attrs, &count, &arena, &err);
	require(result >= 0 || err.text[0] != '\0');
	for (size_t i = 0; result == 0 && i < count; i++)
		require(attrs[i].type != ATTR_STRING ||
			utf8_is_valid(attrs[i].string, attrs[i].length));
	if (plan->row_number.chain)
		require(attribute_number(&plan->row_number, key, &number, &arena, &err) >= 0 ||
			err.text[0] != '\0');
	check_value(plan->value, input, plan->value_size);
	check_value(plan->sum, input, plan->value_size);
	check_value(plan->buckets, input, plan->value_size);
	check_value(plan->zero_count, input, plan->value_size);
	check_value(plan->max, input, plan->value_size);
	check_value(plan->inverse_min, input, plan->value_size);
	arena_fini(&arena);
	free(key);
}

static void bind(const struct pack_definition *pack, const struct probe *probe, struct input *input,
	struct arena *arena)
{
	size_t count = probe_map_count(probe);
	const struct map_info **maps = arena_alloc(
		arena, (count + 1) * sizeof(const struct map_info *));
	struct err err = {""};
	struct pack_plan plan;

	require(maps != NULL);
	for (size_t i = 0; i < count; i++)
		maps[i] = probe_map_at(probe, i);
	if (pack_plan_init(&plan, pack, maps, count, arena, &err)) {
		require(strncmp(err.text, "fuzz.yaml:", 10) == 0);
		require(utf8_is_valid(err.text, strlen(err.text)));
		return;
	}
	for (size_t i = 0; i < plan.metric_count; i++)
		check_metric(&plan.metrics[i], input);
	pack_plan_fini(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct definition_options options = {.file = "fuzz.yaml"};
	struct input input = {data, size};
	const struct object *object = object_of(take(&input));
	const uint8_t *text = input.data;
	const uint8_t *end = input.size ? memchr(text, 0xff, input.size) : NULL;
	size_t length = end ? (size_t)(end - text) : input.size;
	struct pack_definition pack;
	struct arena arena = {0};
	struct err err = {""};
	struct probe *probe;

	input.data += length + (end != NULL);
	input.size -= length + (end != NULL);
	if (definition_parse(&options, (const char *)text, length, &arena, &pack, &err) == 0 &&
		!reads_files(&pack)) {
		probe = open_changed(object, &input);
		if (probe) {
			bind(&pack, probe, &input, &arena);
			probe_free(probe);
		}
	}
	arena_fini(&arena);
	return 0;
}
