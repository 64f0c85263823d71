/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/attributes.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/str.h"

static uint64_t load_unsigned(const unsigned char *bytes, uint32_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case 1:
		return *bytes;
	case 2:
		memcpy(&u16, bytes, sizeof(u16));
		return u16;
	case 4:
		memcpy(&u32, bytes, sizeof(u32));
		return u32;
	case 8:
		memcpy(&u64, bytes, sizeof(u64));
		return u64;
	default:
		return 0;
	}
}

/* Of the bytes of a field, those bits that are its own. At most 64 bits touch at most 9 bytes. */
static uint64_t load_bits(const struct field *field, const unsigned char *bytes)
{
	unsigned __int128 all = 0;

	for (uint32_t i = 0; i < field->size; i++) {
		if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
			all |= (unsigned __int128)bytes[i] << (8 * i);
		else
			all = all << 8 | bytes[i];
	}
	all >>= __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
			? field->first_bit
			: field->size * 8 - field->first_bit - field->bits;
	return (uint64_t)(all & (((unsigned __int128)1 << field->bits) - 1));
}

/* A bit field of an enum without negative values has none. In whole bytes it is all the same, since
 * the names' values are read in the same way. */
static bool is_signed_enum(const struct field *field)
{
	bool negative = !field->bits;

	for (size_t i = 0; i < field->enum_count && !negative; i++)
		negative = field->enum_names[i].value < 0;
	return negative;
}

uint64_t field_integer(const struct field *field, const unsigned char *bytes)
{
	bool is_signed = field->kind == FIELD_INT ||
			 (field->kind == FIELD_ENUM && is_signed_enum(field));
	unsigned int unused = 64 - (field->bits ? field->bits : 8 * field->size);
	uint64_t value = field->bits ? load_bits(field, bytes + field->offset)
				     : load_unsigned(bytes + field->offset, field->size);

	if (is_signed && unused && unused < 64)
		return (uint64_t)((int64_t)(value << unused) >> unused);
	return value;
}

void field_set_integer(const struct field *field, unsigned char *bytes, uint64_t value)
{
	bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	unsigned int bits = field->bits ? field->bits : 8 * field->size;
	unsigned int shift = !field->bits ? 0
			     : little	  ? field->first_bit
					  : field->size * 8 - field->first_bit - bits;
	unsigned __int128 mask = (((unsigned __int128)1 << bits) - 1) << shift;
	unsigned __int128 all = (unsigned __int128)value << shift & mask;

	for (uint32_t i = 0; i < field->size; i++) {
		unsigned int from = 8 * (little ? i : field->size - 1 - i);
		unsigned char *byte = &bytes[field->offset + i];

		*byte = (unsigned char)((*byte & ~(mask >> from)) | all >> from);
	}
}

struct value field_value(const struct field *field, const unsigned char *bytes)
{
	const char *text = (const char *)bytes + field->offset;

	switch (field->kind) {
	case FIELD_UINT:
		return (struct value){.type = VALUE_UINT, .uint = field_integer(field, bytes)};
	case FIELD_INT:
	case FIELD_ENUM:
		return (struct value){
			.type = VALUE_INT, .sint = (int64_t)field_integer(field, bytes)};
	case FIELD_BOOL:
		return (struct value){.type = VALUE_BOOL, .boolean = field_integer(field, bytes)};
	case FIELD_CHARS:
		return (struct value){
			.type = VALUE_STRING,
			.length = (uint32_t)strnlen(text, field->size),
			.string = text,
		};
	case FIELD_ARRAY:
	case FIELD_BYTES:
		break;
	}
	return (struct value){.type = VALUE_BYTES, .length = field->size, .bytes = text};
}

int attributes_prepare(const struct metric_plan *plan, const unsigned char *const *keys,
	size_t count, struct arena *arena)
{
	struct value *values = arena_alloc(arena, (count + 1) * sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < plan->attribute_count; i++) {
		/* The CPU's number is not in the map's key. */
		if (plan->attributes[i].field->offset >= plan->key_size)
			continue;
		for (size_t j = 0; j < count; j++)
			values[j] = field_value(plan->attributes[i].field, keys[j]);
		decode_chain_prepare(plan->attributes[i].chain, values, count);
	}
	return 0;
}

static const char *enum_name(const struct field *field, int64_t value)
{
	for (size_t i = 0; i < field->enum_count; i++) {
		if (field->enum_names[i].value == value)
			return field->enum_names[i].name;
	}
	return NULL;
}

static int to_attr(
	struct attr *attr, const char *key, const struct value *value, struct arena *arena)
{
	switch (value->type) {
	case VALUE_INT:
		*attr = attr_int(key, value->sint);
		return 0;
	case VALUE_UINT:
		if (value->uint <= INT64_MAX) {
			*attr = attr_int(key, (int64_t)value->uint);
			return 0;
		}
		/* OTLP integers are signed: what they cannot hold stays exact as text. */
		attr->string = arena_printf(arena, "%" PRIu64, value->uint);
		if (!attr->string)
			return -ENOMEM;
		*attr = attr_string(key, attr->string);
		return 0;
	case VALUE_BOOL:
		*attr = attr_bool(key, value->boolean);
		return 0;
	case VALUE_STRING:
		*attr = (struct attr){
			.key = key,
			.type = ATTR_STRING,
			.length = value->length,
			.string = value->string,
		};
		return 0;
	case VALUE_BYTES:
		break;
	}
	return -EINVAL;
}

static int to_text(
	struct attr *attr, const char *key, const struct value *value, struct arena *arena)
{
	const char *text = NULL;

	switch (value->type) {
	case VALUE_INT:
		text = arena_printf(arena, "%" PRId64, value->sint);
		break;
	case VALUE_UINT:
		text = arena_printf(arena, "%" PRIu64, value->uint);
		break;
	case VALUE_BOOL:
		text = value->boolean ? "true" : "false";
		break;
	case VALUE_STRING:
	case VALUE_BYTES:
		return to_attr(attr, key, value, arena);
	}
	if (!text)
		return -ENOMEM;
	*attr = attr_string(key, text);
	return 0;
}

static int check_zero_key(const struct metric_plan *plan, const unsigned char *key, struct err *err)
{
	for (uint32_t i = 0; plan->zero_key && i < plan->key_size; i++)
		if (key[i])
			return err_set(err, -EINVAL,
				"the metric has no labels, so only the entry with the key 0 "
				"counts");
	return 0;
}

int attributes_decode(const struct metric_plan *plan, const unsigned char *key, struct attr *attrs,
	size_t *count, struct arena *arena, struct err *err)
{
	size_t n = 0;

	if (check_zero_key(plan, key, err))
		return -EINVAL;
	for (size_t i = 0; i < plan->attribute_count; i++) {
		const struct attribute_plan *attribute = &plan->attributes[i];
		struct value value = field_value(attribute->field, key);
		const char *name = NULL;
		int result;

		if (attribute->by_enum_name && attribute->hidden)
			continue;
		if (attribute->by_enum_name)
			name = enum_name(attribute->field, value.sint);
		if (attribute->by_enum_name && !name)
			name = arena_printf(arena, "unknown:%" PRId64, value.sint);
		if (attribute->by_enum_name && !name)
			return -ENOMEM;
		if (name) {
			attrs[n++] = attr_string(attribute->name, name);
			continue;
		}
		result = decode_chain_run(attribute->chain, &value, &value, arena, err);
		if (result > 0)
			return result;
		if (result)
			return err_prefix(err, result, "attribute %s: ", attribute->name);
		if (attribute->hidden)
			continue;
		result = (attribute->as_text ? to_text : to_attr)(
			&attrs[n++], attribute->name, &value, arena);
		if (result)
			return err_set(err, result, "attribute %s: %s", attribute->name,
				strerror(-result));
	}
	if (plan->keeps_cpus && plan->definition->per_cpu) {
		uint32_t cpu;

		memcpy(&cpu, key + plan->key_size, sizeof(cpu));
		attrs[n++] = attr_int(plan->definition->per_cpu, cpu);
	}
	*count = n;
	return 0;
}

int attribute_number(const struct attribute_plan *attribute, const unsigned char *key,
	uint64_t *number, struct arena *arena, struct err *err)
{
	struct value value = field_value(attribute->field, key);
	int result = decode_chain_run(attribute->chain, &value, &value, arena, err);

	if (result > 0) /* the entry is not wanted */
		return result;
	if (result)
		return err_prefix(err, result, "%s: ", attribute->name);
	if (value.type == VALUE_UINT)
		*number = value.uint;
	else if (value.type == VALUE_INT && value.sint >= 0)
		*number = (uint64_t)value.sint;
	else if (value.type != VALUE_STRING || str_to_u64(value.string, number))
		return err_set(err, -EINVAL, "%s: what is in the key is no number of a bucket",
			attribute->name);
	return 0;
}
