/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/btf_raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

enum {
	KIND_DECL_TAG = 17,
	KIND_TYPE_TAG = 18,
	KIND_ENUM64 = 19,
	KIND_LAST = KIND_ENUM64,
	/* Typedefs and qualifiers in a row; the kernel allows 32 (MAX_RESOLVE_DEPTH). */
	CHAIN_MAX = 32,
};

/* What follows struct btf_type, by kind (Documentation/bpf/btf.rst, section 2.2). */
static const struct kind_row {
	uint8_t fixed;	    /* bytes after the type */
	uint8_t each;	    /* bytes per element, vlen times */
	bool ref;	    /* the type's last word is a type number */
	bool chain;	    /* and names what this type is another name for */
	uint8_t name, type; /* where they stand in each element, plus 1; 0: nowhere */
} kinds[KIND_LAST + 1] = {
	[BTF_KIND_INT] = {.fixed = 4},
	[BTF_KIND_PTR] = {.ref = true},
	[BTF_KIND_ARRAY] = {.fixed = 12},
	[BTF_KIND_STRUCT] = {.each = 12, .name = 1, .type = 5},
	[BTF_KIND_UNION] = {.each = 12, .name = 1, .type = 5},
	[BTF_KIND_ENUM] = {.each = 8, .name = 1},
	[BTF_KIND_FWD] = {0},
	[BTF_KIND_TYPEDEF] = {.ref = true, .chain = true},
	[BTF_KIND_VOLATILE] = {.ref = true, .chain = true},
	[BTF_KIND_CONST] = {.ref = true, .chain = true},
	[BTF_KIND_RESTRICT] = {.ref = true, .chain = true},
	[BTF_KIND_FUNC] = {.ref = true},
	[BTF_KIND_FUNC_PROTO] = {.each = 8, .ref = true, .name = 1, .type = 5},
	[BTF_KIND_VAR] = {.fixed = 4, .ref = true},
	[BTF_KIND_DATASEC] = {.each = 12, .type = 1},
	[BTF_KIND_FLOAT] = {0},
	[KIND_DECL_TAG] = {.fixed = 4, .ref = true},
	[KIND_TYPE_TAG] = {.ref = true, .chain = true},
	[KIND_ENUM64] = {.each = 12, .name = 1},
};

static uint32_t word_at(const unsigned char *bytes, size_t offset)
{
	uint32_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

int btf_raw_init(struct btf_raw *btf, const void *bytes, size_t size, struct err *err)
{
	struct btf_header header;
	uint64_t room;

	if (size < sizeof(header))
		return err_set(err, -EINVAL, "its BTF has only %zu bytes", size);
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION)
		return err_set(err, -EINVAL,
			"its BTF begins with %04x version %u, not with %04x version %u",
			header.magic, header.version, BTF_MAGIC, BTF_VERSION);
	if (header.hdr_len < sizeof(header) || header.hdr_len > size)
		return err_set(err, -EINVAL, "its BTF has a header of %u bytes", header.hdr_len);
	room = size - header.hdr_len;
	if (header.type_off > room || header.type_len > room - header.type_off ||
		header.str_off > room || header.str_len > room - header.str_off)
		return err_set(err, -EINVAL, "its BTF is truncated");
	*btf = (struct btf_raw){
		.types = (const unsigned char *)bytes + header.hdr_len + header.type_off,
		.strings = (const char *)bytes + header.hdr_len + header.str_off,
		.types_size = header.type_len,
		.strings_size = header.str_len,
	};
	if (!btf->strings_size || btf->strings[btf->strings_size - 1])
		return err_set(err, -EINVAL, "its BTF has strings without an end");
	return 0;
}

/* The bytes of the type at `offset`; 0 if it is unknown or passes the end. */
static size_t type_size(const struct btf_raw *btf, size_t offset, struct btf_type *type)
{
	size_t left = btf->types_size - offset, size;
	uint32_t kind;

	if (left < sizeof(*type))
		return 0;
	memcpy(type, btf->types + offset, sizeof(*type));
	kind = BTF_INFO_KIND(type->info);
	if (kind == BTF_KIND_UNKN || kind > KIND_LAST)
		return 0;
	size = sizeof(*type) + kinds[kind].fixed +
	       (size_t)kinds[kind].each * BTF_INFO_VLEN(type->info);
	return size <= left ? size : 0;
}

/* offsets[id] of each type; *count is the number of types, without type 0 (void). */
static int index_types(
	const struct btf_raw *btf, uint32_t **result, uint32_t *count, struct err *err)
{
	uint32_t *offsets = calloc(btf->types_size / sizeof(struct btf_type) + 1, sizeof(*offsets));
	struct btf_type type;
	uint32_t id = 0;
	size_t size;

	if (!offsets)
		return err_set(err, -ENOMEM, "its BTF cannot be checked: out of memory");
	for (size_t at = 0; at < btf->types_size; at += size) {
		size = type_size(btf, at, &type);
		if (!size) {
			free(offsets);
			return err_set(err, -EINVAL,
				"its BTF has an unknown or truncated type number %u", id + 1);
		}
		offsets[++id] = (uint32_t)at;
	}
	*result = offsets;
	*count = id;
	return 0;
}

struct check {
	const struct btf_raw *btf;
	const uint32_t *offsets;
	uint32_t count;
};

static bool type_ok(const struct check *check, uint32_t id)
{
	return id <= check->count;
}

static bool name_ok(const struct check *check, uint32_t offset)
{
	return offset < check->btf->strings_size;
}

static bool elements_ok(const struct check *check, uint32_t id, const struct btf_type *type)
{
	const struct kind_row *row = &kinds[BTF_INFO_KIND(type->info)];
	size_t at = check->offsets[id] + sizeof(*type) + row->fixed;

	for (uint32_t i = 0; row->each && i < BTF_INFO_VLEN(type->info); i++, at += row->each) {
		const unsigned char *element = check->btf->types + at;

		if (row->name && !name_ok(check, word_at(element, row->name - 1U)))
			return false;
		if (row->type && !type_ok(check, word_at(element, row->type - 1U)))
			return false;
	}
	return true;
}

/* Whether the chain of typedefs and qualifiers ends, at a type or at void. */
static bool chain_ends(const struct check *check, uint32_t id)
{
	struct btf_type type;

	for (int steps = 0; steps < CHAIN_MAX; steps++) {
		if (!id)
			return true;
		memcpy(&type, check->btf->types + check->offsets[id], sizeof(type));
		if (!kinds[BTF_INFO_KIND(type.info)].chain)
			return true;
		if (!type_ok(check, type.type))
			return false;
		id = type.type;
	}
	return false;
}

static bool check_type(const struct check *check, uint32_t id)
{
	const unsigned char *bytes = check->btf->types + check->offsets[id];
	struct btf_type type;
	uint32_t kind;

	memcpy(&type, bytes, sizeof(type));
	kind = BTF_INFO_KIND(type.info);
	if (!name_ok(check, type.name_off))
		return false;
	if (kinds[kind].ref && !type_ok(check, type.type))
		return false;
	if (kind == BTF_KIND_ARRAY && (!type_ok(check, word_at(bytes, sizeof(type))) ||
					      !type_ok(check, word_at(bytes, sizeof(type) + 4))))
		return false;
	return elements_ok(check, id, &type) && chain_ends(check, id);
}

int btf_raw_check(const struct btf_raw *btf, struct err *err)
{
	struct check check = {.btf = btf};
	uint32_t *offsets = NULL, id;
	int rc;

	if (btf->strings[0])
		return err_set(err, -EINVAL, "its BTF has strings that do not begin with \"\"");
	rc = index_types(btf, &offsets, &check.count, err);
	if (rc < 0)
		return rc;
	check.offsets = offsets;
	for (id = 1; id <= check.count; id++) {
		if (!check_type(&check, id))
			break;
	}
	free(offsets);
	if (id <= check.count)
		return err_set(err, -EINVAL,
			"its BTF is damaged: type number %u names a type or a string that does not "
			"exist, or itself",
			id);
	return 0;
}

/* One part of .BTF.ext: a record size, then per section a name, a count and the records. */
static bool ext_part_ok(const struct btf_raw *btf, const unsigned char *part, size_t size)
{
	uint32_t record, name, count;
	size_t at = sizeof(uint32_t);

	if (!size)
		return true;
	if (size < sizeof(uint32_t))
		return false;
	record = word_at(part, 0);
	if (record < 8 || record % 4)
		return false;
	while (at < size) {
		if (size - at < 8)
			return false;
		name = word_at(part, at);
		count = word_at(part, at + 4);
		at += 8;
		if (!name || name >= btf->strings_size || !count || count > (size - at) / record)
			return false;
		at += (size_t)count * record;
	}
	return true;
}

int btf_raw_check_ext(const struct btf_raw *btf, const void *bytes, size_t size, struct err *err)
{
	/* func_info, line_info, CO-RE relocations: offset and length each, behind magic and header
	 * length. */
	enum {
		FIRST_PART = 8,
		PARTS = 3
	};
	const unsigned char *data = bytes;
	uint32_t header, offset, length;
	uint16_t magic;

	if (size < FIRST_PART + 2 * 8)
		return err_set(err, -EINVAL, "its .BTF.ext has only %zu bytes", size);
	memcpy(&magic, data, sizeof(magic));
	header = word_at(data, 4);
	if (magic != BTF_MAGIC || data[2] != BTF_VERSION || header < FIRST_PART + 2 * 8 ||
		header > size)
		return err_set(err, -EINVAL, "its .BTF.ext has a header that is not known");
	for (size_t at = FIRST_PART; at < FIRST_PART + PARTS * 8 && at + 8 <= header; at += 8) {
		offset = word_at(data, at);
		length = word_at(data, at + 4);
		if (offset > size - header || length > size - header - offset ||
			!ext_part_ok(btf, data + header + offset, length))
			return err_set(err, -EINVAL, "its .BTF.ext is damaged or truncated");
	}
	return 0;
}

uint32_t btf_raw_string(const struct btf_raw *btf, const char *name)
{
	size_t length = strlen(name) + 1;
	const char *from = btf->strings, *end = btf->strings + btf->strings_size, *hit;

	/* With its NUL; what stands before must be a NUL too, or it is the end of a longer string.
	 */
	while ((hit = memmem(from, (size_t)(end - from), name, length))) {
		if (hit > btf->strings && !hit[-1])
			return (uint32_t)(hit - btf->strings);
		from = hit + 1;
	}
	return 0;
}

bool btf_raw_has(const struct btf_raw *btf, uint32_t kind, uint32_t name_offset)
{
	struct btf_type type;
	size_t size;

	for (size_t at = 0; at < btf->types_size; at += size) {
		size = type_size(btf, at, &type);
		if (!size)
			return false;
		if (BTF_INFO_KIND(type.info) == kind && type.name_off == name_offset)
			return true;
	}
	return false;
}
