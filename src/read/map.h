/* SPDX-License-Identifier: Apache-2.0 */
/* What a BPF map looks like from outside: the hand-over from probe to read and collect. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_UINT,
	FIELD_INT,
	FIELD_BOOL,
	FIELD_CHARS, /* char array: text up to the first NUL */
	FIELD_ENUM,
	FIELD_ARRAY, /* of unsigned integers: size = count x element_size */
	FIELD_BYTES, /* anything else */
};

struct enum_name {
	int64_t value; /* of the field's bytes as a signed integer */
	const char *name;
};

struct field {
	const char *name; /* "" for a plain (not struct) key or value */
	enum field_kind kind;
	uint32_t offset, size; /* bytes */
	uint32_t element_size; /* FIELD_ARRAY */
	/* Bit fields: how many, and the first one's place in the bytes: counted from the least
	 * significant bit on little-endian machines, from the most significant on others. bits 0:
	 * all of the bytes. */
	uint8_t bits, first_bit;
	const struct enum_name *enum_names;
	size_t enum_count;
};

/* A key or value type: fields of a struct, or one field with the name "". */
struct layout {
	uint32_t size;
	const struct field *fields;
	size_t field_count;
};

/* Strings and arrays are owned by the probe. */
struct map_info {
	const char *name;
	int fd;	       /* -1 before load */
	uint32_t type; /* enum bpf_map_type */
	uint32_t id;
	uint32_t key_size, value_size, max_entries;
	struct layout key, value; /* field_count 0: the object has no BTF for it */
};

const struct field *layout_find(const struct layout *layout, const char *name);
