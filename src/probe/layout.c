/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/layout.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/limits.h"

enum {
	MODIFIERS_MAX = 32,
	FIRST_FIELDS = 16,
};

struct walk {
	struct arena *arena;
	const struct btf *btf;
	struct field *fields;
	size_t count, room;
	size_t visits; /* types looked at: empty structs inside each other make no fields */
	uint32_t size; /* of the whole key or value */
	struct err *err;
};

/* A member, or the whole type: what add_* need to place it. */
struct place {
	const char *name;
	const char *members; /* of an anonymous union: what they stand under; NULL otherwise */
	uint32_t offset;     /* bytes */
	int depth;
};

static int add_type(struct walk *walk, uint32_t id, const struct place *place);

static const struct btf_type *strip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	for (int i = 0; type && i < MODIFIERS_MAX; i++) {
		if (!btf_is_mod(type) && !btf_is_typedef(type))
			return type;
		type = btf__type_by_id(btf, type->type);
	}
	return NULL;
}

static const char *name_of(const struct btf *btf, uint32_t offset)
{
	const char *name = btf__name_by_offset(btf, offset);

	return name ? name : "";
}

static int no_memory(struct walk *walk)
{
	return err_set(walk->err, -ENOMEM, "out of memory");
}

static int make_room(struct walk *walk)
{
	size_t room = walk->room ? walk->room * 2 : FIRST_FIELDS;
	struct field *fields;

	if (walk->count < walk->room)
		return 0;
	if (walk->count >= LIMIT_LAYOUT_FIELDS)
		return err_set(walk->err, -EINVAL, "has more than %d fields", LIMIT_LAYOUT_FIELDS);
	fields = arena_alloc(walk->arena, room * sizeof(*fields));
	if (!fields)
		return no_memory(walk);
	if (walk->count)
		memcpy(fields, walk->fields, walk->count * sizeof(*fields));
	walk->fields = fields;
	walk->room = room;
	return 0;
}

/* The field is valid until the next one is added. */
static int add_field(struct walk *walk, const struct place *place, uint32_t size,
	enum field_kind kind, struct field **result)
{
	int rc;

	if (place->offset > walk->size || size > walk->size - place->offset)
		return err_set(walk->err, -EINVAL, "has its field \"%s\" outside of its %u bytes",
			place->name, walk->size);
	rc = make_room(walk);
	if (rc < 0)
		return rc;
	*result = &walk->fields[walk->count++];
	**result = (struct field){
		.name = arena_strdup(walk->arena, place->name),
		.kind = kind,
		.offset = place->offset,
		.size = size,
	};
	return (*result)->name ? 0 : no_memory(walk);
}

static bool int_is_whole(const struct btf_type *type)
{
	return !btf_int_offset(type) && btf_int_bits(type) == type->size * 8 &&
	       (type->size == 1 || type->size == 2 || type->size == 4 || type->size == 8);
}

static enum field_kind whole_int_kind(const struct btf_type *type)
{
	uint8_t encoding = btf_int_encoding(type);

	if (encoding & BTF_INT_BOOL)
		return FIELD_BOOL;
	return encoding & BTF_INT_SIGNED ? FIELD_INT : FIELD_UINT;
}

static enum field_kind int_kind(const struct btf_type *type)
{
	return int_is_whole(type) ? whole_int_kind(type) : FIELD_BYTES;
}

/* clang writes char as a signed integer without BTF_INT_CHAR: the name tells. */
static bool is_char(const struct btf *btf, const struct btf_type *type)
{
	return btf_is_int(type) && type->size == 1 &&
	       ((btf_int_encoding(type) & BTF_INT_CHAR) ||
		       !strcmp(name_of(btf, type->name_off), "char"));
}

/* clang before 15 does not say whether an enum is signed: the value is what its bytes are as a
 * signed integer. */
static int64_t enum_value(const struct btf_type *type, uint16_t index)
{
	if (btf_is_enum64(type))
		return (int64_t)btf_enum64_value(btf_enum64(type) + index);
	switch (type->size) {
	case 1:
		return (int8_t)btf_enum(type)[index].val;
	case 2:
		return (int16_t)btf_enum(type)[index].val;
	default:
		return btf_enum(type)[index].val;
	}
}

static uint32_t enum_name_offset(const struct btf_type *type, uint16_t index)
{
	return btf_is_enum64(type) ? btf_enum64(type)[index].name_off
				   : btf_enum(type)[index].name_off;
}

static int add_enum(
	struct walk *walk, const struct btf_type *type, const struct place *place, uint32_t size)
{
	uint16_t count = btf_vlen(type);
	struct enum_name *names;
	struct field *field;
	int rc;

	if (count > LIMIT_ENUM_NAMES)
		return err_set(walk->err, -EINVAL, "has an enum of %u names; at most %d", count,
			LIMIT_ENUM_NAMES);
	rc = add_field(walk, place, size, FIELD_ENUM, &field);
	if (rc < 0 || !count)
		return rc;
	names = arena_alloc(walk->arena, count * sizeof(*names));
	if (!names)
		return no_memory(walk);
	for (uint16_t i = 0; i < count; i++) {
		names[i].value = enum_value(type, i);
		names[i].name = arena_strdup(
			walk->arena, name_of(walk->btf, enum_name_offset(type, i)));
		if (!names[i].name)
			return no_memory(walk);
	}
	field->enum_names = names;
	field->enum_count = count;
	return 0;
}

static int add_array(struct walk *walk, const struct btf_type *type, const struct place *place)
{
	const struct btf_array *array = btf_array(type);
	const struct btf_type *element = strip(walk->btf, array->type);
	int64_t element_size = btf__resolve_size(walk->btf, array->type);
	enum field_kind kind = FIELD_BYTES;
	struct field *field;
	int rc;

	if (!element || element_size < 0 ||
		(array->nelems && element_size > walk->size / array->nelems))
		return err_set(walk->err, -EINVAL, "has a damaged array \"%s\"", place->name);
	if (!array->nelems || !element_size)
		return 0;
	if (is_char(walk->btf, element))
		kind = FIELD_CHARS;
	else if (btf_is_int(element) && int_kind(element) == FIELD_UINT)
		kind = FIELD_ARRAY;
	rc = add_field(walk, place, (uint32_t)element_size * array->nelems, kind, &field);
	if (rc == 0 && kind == FIELD_ARRAY)
		field->element_size = (uint32_t)element_size;
	return rc;
}

/* "outer.inner"; an anonymous struct hands down the name it stands under. */
static const char *member_name(struct walk *walk, const struct place *outer, const char *name)
{
	if (!*name)
		return outer->name;
	if (!*outer->name)
		return name;
	return arena_printf(walk->arena, "%s.%s", outer->name, name);
}

/* A bit field of the type `id`: an integer, a boolean or an enum, of which it is not that large. */
static int add_bits(
	struct walk *walk, uint32_t id, const struct place *place, uint32_t bit, uint32_t bits)
{
	const struct btf_type *type = strip(walk->btf, id);
	uint32_t size = (bit % 8 + bits + 7) / 8;
	size_t index = walk->count;
	struct place bytes = *place;
	struct field *field;
	int rc;

	bytes.offset += bit / 8;
	if (bits > 64 || !(btf_is_int(type) || btf_is_any_enum(type)))
		return add_field(walk, &bytes, size, FIELD_BYTES, &field);
	if (btf_is_int(type))
		rc = add_field(walk, &bytes, size, whole_int_kind(type), &field);
	else
		rc = add_enum(walk, type, &bytes, size);
	if (rc < 0)
		return rc;
	walk->fields[index].bits = (uint8_t)bits;
	walk->fields[index].first_bit = (uint8_t)(bit % 8);
	return 0;
}

/* Bits of a member that is a bit field, by either of the two encodings; 0 if it is none. */
static uint32_t bits_of(
	const struct walk *walk, const struct btf_type *type, uint16_t index, uint32_t *bit)
{
	const struct btf_type *member = strip(walk->btf, btf_members(type)[index].type);
	uint32_t bits = btf_member_bitfield_size(type, index);

	*bit = btf_member_bit_offset(type, index);
	if (bits || !member || !btf_is_int(member))
		return bits;
	*bit += btf_int_offset(member);
	return int_is_whole(member) && *bit % 8 == 0 ? 0 : btf_int_bits(member);
}

static int add_member(
	struct walk *walk, const struct btf_type *type, uint16_t index, const struct place *outer)
{
	const struct btf_member *member = &btf_members(type)[index];
	const struct btf_type *inner = strip(walk->btf, member->type);
	const char *name = name_of(walk->btf, member->name_off);
	struct place place = {.offset = outer->offset, .depth = outer->depth + 1};
	uint32_t bit, bits = bits_of(walk, type, index, &bit);

	if (!inner)
		return err_set(walk->err, -EINVAL, "has a damaged member \"%s\"", name);
	if (!*name && btf_is_union(inner)) {
		name = arena_printf(walk->arena, "union_%u", outer->offset + bit / 8);
		if (!name)
			return no_memory(walk);
		place.members = outer->name;
	}
	place.name = member_name(walk, outer, name);
	if (!place.name)
		return no_memory(walk);
	if (bits) /* without a name it is padding */
		return *name ? add_bits(walk, member->type, &place, bit, bits) : 0;
	place.offset += bit / 8;
	if (place.offset < outer->offset || bit % 8)
		return err_set(walk->err, -EINVAL, "has a misplaced member \"%s\"", name);
	return add_type(walk, member->type, &place);
}

/* A struct or a union. */
static int add_struct(struct walk *walk, const struct btf_type *type, const struct place *place)
{
	int rc = 0;

	if (place->depth >= LIMIT_LAYOUT_DEPTH)
		return err_set(walk->err, -EINVAL, "is nested more than %d structs deep",
			LIMIT_LAYOUT_DEPTH);
	for (uint16_t i = 0; i < btf_vlen(type) && rc == 0; i++)
		rc = add_member(walk, type, i, place);
	return rc;
}

static int add_bytes(struct walk *walk, uint32_t id, const struct place *place)
{
	int64_t size = btf__resolve_size(walk->btf, id);
	struct field *field;

	if (size < 0 || size > walk->size)
		return err_set(walk->err, -EINVAL, "has a damaged field \"%s\"", place->name);
	if (!size)
		return 0;
	return add_field(walk, place, (uint32_t)size, FIELD_BYTES, &field);
}

/* The whole of it, and its members: those of an anonymous one under their own names. */
static int add_union(
	struct walk *walk, uint32_t id, const struct btf_type *type, const struct place *place)
{
	struct place inner = *place;
	int rc = add_bytes(walk, id, place);

	if (place->members)
		inner.name = place->members;
	inner.members = NULL;
	return rc < 0 ? rc : add_struct(walk, type, &inner);
}

static int add_type(struct walk *walk, uint32_t id, const struct place *place)
{
	const struct btf_type *type = strip(walk->btf, id);
	struct field *field;

	if (!type)
		return err_set(walk->err, -EINVAL, "has a damaged type");
	if (++walk->visits > LIMIT_LAYOUT_FIELDS * LIMIT_LAYOUT_DEPTH)
		return err_set(walk->err, -EINVAL, "has too many empty members");
	if (btf_is_int(type))
		return add_field(walk, place, type->size, int_kind(type), &field);
	if (btf_is_any_enum(type))
		return add_enum(walk, type, place, type->size);
	if (btf_is_array(type))
		return add_array(walk, type, place);
	if (btf_is_struct(type))
		return add_struct(walk, type, place);
	if (btf_is_union(type))
		return add_union(walk, id, type, place);
	return add_bytes(walk, id, place);
}

int layout_from_btf(struct arena *arena, const struct btf *btf, uint32_t type_id, uint32_t size,
	struct layout *layout, struct err *err)
{
	struct walk walk = {.arena = arena, .btf = btf, .size = size, .err = err};
	struct place whole = {.name = ""};
	int64_t type_size = btf__resolve_size(btf, type_id);
	int rc;

	if (type_size < 0)
		return err_set(err, -EINVAL, "has a type without a size");
	if (type_size != size)
		return err_set(err, -EINVAL, "has a type of %lld bytes and a size of %u",
			(long long)type_size, size);
	rc = add_type(&walk, type_id, &whole);
	if (rc < 0)
		return rc;
	*layout = (struct layout){.size = size, .fields = walk.fields, .field_count = walk.count};
	return 0;
}
