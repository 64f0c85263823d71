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

/* How bpf/otel_slots.bpf.h lays out an array that user space maps. */
enum table_kind {
	TABLE_NONE,   /* any other map */
	TABLE_SLOTS,  /* elements 1 to max_entries: state, key, value; element 0: overflow */
	TABLE_SHARDS, /* an element for each CPU: overflow, then max_entries values of 8 bytes */
};

struct table_layout {
	enum table_kind kind;
	uint32_t elements; /* of the array, as the kernel has it */
	uint32_t stride;   /* bytes from one element to the next */
	/* TABLE_SLOTS; the state is 4 bytes at the start of the element */
	uint32_t key_offset, value_offset;
	bool sleeps; /* programs that sleep may use it: slots cannot be taken back */
	/* Values in shards, beside the slots: how many, and values from one to the next. 0: none */
	uint32_t spread_shards, spread_stride;
	/* TABLE_SHARDS */
	uint32_t values_offset;
	/* Exponential histograms: bpf/otel_exponential.bpf.h. divisor 0: it is none. */
	uint32_t scale, first_octave;
	uint32_t divisor;
};

/* Strings and arrays are owned by the probe. Of a table, what the metric has is described: keys,
 * values and room for as many of them, not the array that holds them. */
struct map_info {
	const char *name;
	int fd;	       /* -1 before load */
	uint32_t type; /* enum bpf_map_type */
	uint32_t id;
	uint32_t key_size, value_size, max_entries;
	struct layout key, value; /* field_count 0: the object has no BTF for it */
	struct table_layout table;
	/* Of slots: the maps that find them, that keep the free ones, that programs alone use, and,
	 * or NULL, that have their values in shards. */
	const struct map_info *index, *free_slots, *hints, *spread;
};

const struct field *layout_find(const struct layout *layout, const char *name);
