/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of an object from the text of a definition, as their BTF types want it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/nearest.h"
#include "base/str.h"
#include "probe/layout.h"
#include "probe/probe_private.h"

struct text {
	const char *text;
	bool quoted;
};

/* `const` alone does not do: the compiler has put the value into the code. It stands before the
 * elements of an array. */
static bool is_volatile(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	for (int i = 0; type && i < 32; i++) {
		if (btf_is_volatile(type))
			return true;
		if (btf_is_array(type))
			type = btf__type_by_id(btf, btf_array(type)->type);
		else if (btf_is_mod(type) || btf_is_typedef(type))
			type = btf__type_by_id(btf, type->type);
		else
			break;
	}
	return false;
}

/* Of the low bytes of the number, whatever the byte order. */
static void store(unsigned char *bytes, uint32_t size, uint64_t number)
{
	for (uint32_t i = 0; i < size; i++) {
		uint32_t at = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : size - 1 - i;

		bytes[at] = (unsigned char)(number >> (8 * i));
	}
}

static int wrong(const struct text *value, const char *expected, struct err *err)
{
	return err_set(err, -EINVAL, "found %s'%.60s', expected %s",
		value->quoted ? "the text " : "", value->text, expected);
}

static int parse_unsigned(
	const struct field *field, const struct text *value, unsigned char *bytes, struct err *err)
{
	uint64_t most = UINT64_MAX >> (64 - 8 * field->size), number;
	char expected[64];

	snprintf(expected, sizeof(expected), "a number from 0 to %" PRIu64, most);
	if (value->quoted || str_to_u64(value->text, &number) || number > most)
		return wrong(value, expected, err);
	store(bytes, field->size, number);
	return 0;
}

static int parse_signed(
	const struct field *field, const struct text *value, unsigned char *bytes, struct err *err)
{
	int64_t most = INT64_MAX >> (64 - 8 * field->size), number;
	char expected[80];

	snprintf(expected, sizeof(expected), "a number from %" PRId64 " to %" PRId64, -most - 1,
		most);
	if (value->quoted || str_to_s64(value->text, &number) || number > most ||
		number < -most - 1)
		return wrong(value, expected, err);
	store(bytes, field->size, (uint64_t)number);
	return 0;
}

static int parse_bool(
	const struct field *field, const struct text *value, unsigned char *bytes, struct err *err)
{
	bool yes = strcmp(value->text, "true") == 0;

	if (value->quoted || (!yes && strcmp(value->text, "false") != 0))
		return wrong(value, "true or false", err);
	store(bytes, field->size, yes);
	return 0;
}

/* A name; or a number that has one. */
static int parse_enum(
	const struct field *field, const struct text *value, unsigned char *bytes, struct err *err)
{
	struct nearest nearest;
	int64_t number;
	bool is_number = str_to_s64(value->text, &number) == 0;

	nearest_init(&nearest, value->text);
	for (size_t i = 0; i < field->enum_count; i++) {
		const struct enum_name *name = &field->enum_names[i];

		nearest_offer(&nearest, name->name);
		if (is_number ? name->value == number : strcmp(name->name, value->text) == 0) {
			store(bytes, field->size, (uint64_t)name->value);
			return 0;
		}
	}
	if (nearest.name)
		return err_set(err, -EINVAL, "found '%.60s'; did you mean '%s'?", value->text,
			nearest.name);
	return wrong(value, "a name of its enum", err);
}

static int parse_chars(
	const struct field *field, const struct text *value, unsigned char *bytes, struct err *err)
{
	size_t length = strlen(value->text);

	if (length >= field->size)
		return err_set(err, -EINVAL,
			"found %zu bytes of text, expected at most %u: it is a char[%u]", length,
			field->size - 1, field->size);
	memcpy(bytes, value->text, length);
	return 0;
}

static int parse_value(
	const struct field *field, const struct text *value, unsigned char *bytes, struct err *err)
{
	switch (field->kind) {
	case FIELD_UINT:
		return parse_unsigned(field, value, bytes, err);
	case FIELD_INT:
		return parse_signed(field, value, bytes, err);
	case FIELD_BOOL:
		return parse_bool(field, value, bytes, err);
	case FIELD_ENUM:
		return parse_enum(field, value, bytes, err);
	case FIELD_CHARS:
		return parse_chars(field, value, bytes, err);
	case FIELD_ARRAY:
	case FIELD_BYTES:
		break;
	}
	return err_set(err, -EINVAL,
		"found a type that a definition cannot set, expected an integer, a boolean, an "
		"enum "
		"or an array of char");
}

static int set_text(
	struct probe *probe, const char *name, const struct text *value, struct err *err)
{
	const struct btf_var_secinfo *info;
	const struct btf *btf;
	const struct btf_type *variable;
	const char *near = NULL;
	struct layout layout;
	unsigned char *bytes;
	int rc;

	rc = constant_find(probe, name, &info, &near, err);
	if (rc == -ENOENT && near)
		return err_set(
			err, rc, "the object has no such constant; did you mean '%s'?", near);
	if (rc < 0)
		return rc;
	btf = bpf_object__btf(probe->object);
	variable = btf__type_by_id(btf, info->type);
	if (!is_volatile(btf, variable->type))
		return err_set(err, -EINVAL,
			"it is const alone, so its value is in the code already; declare it const "
			"volatile");
	rc = layout_from_btf(&probe->arena, btf, variable->type, info->size, &layout, err);
	if (rc < 0)
		return rc;
	bytes = arena_alloc(&probe->arena, info->size + 1);
	if (!bytes)
		return err_set(err, -ENOMEM, "out of memory");
	if (!layout.field_count || layout.fields[0].name[0])
		rc = parse_value(&(struct field){.kind = FIELD_BYTES}, value, bytes, err);
	else
		rc = parse_value(&layout.fields[0], value, bytes, err);
	return rc < 0 ? rc : probe_set_constant(probe, name, bytes, info->size, err);
}

int probe_set_constant_text(
	struct probe *probe, const char *name, const char *text, bool quoted, struct err *err)
{
	int rc = set_text(probe, name, &(struct text){text, quoted}, err);

	return rc < 0 ? err_prefix(err, rc, "constant %s: ", name) : 0;
}
