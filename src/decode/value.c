/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/nearest.h"
#include "base/str.h"

/* Host order, from memory that need not be aligned. */
static int unsigned_bytes(const struct value *value, uint64_t *number, struct err *err)
{
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
	} raw;

	if (value->length != 1 && value->length != 2 && value->length != 4 && value->length != 8)
		return err_set(err, -EINVAL, "found %u bytes, expected a number of 1, 2, 4 or 8",
			value->length);
	memcpy(&raw, value->bytes, value->length);
	*number = value->length == 1   ? raw.u8
		  : value->length == 2 ? raw.u16
		  : value->length == 4 ? raw.u32
				       : raw.u64;
	return 0;
}

static int copy_number_text(const struct value *value, char text[NUMBER_TEXT], struct err *err)
{
	if (value->length >= NUMBER_TEXT || memchr(value->string, '\0', value->length))
		return err_set(err, -EINVAL, "found text, expected a number");
	memcpy(text, value->string, value->length);
	text[value->length] = '\0';
	return 0;
}

int value_to_u64(const struct value *value, uint64_t *number, struct err *err)
{
	char text[NUMBER_TEXT];
	int result = 0;

	switch (value->type) {
	case VALUE_UINT:
		*number = value->uint;
		break;
	case VALUE_BOOL:
		*number = value->boolean;
		break;
	case VALUE_INT:
		if (value->sint < 0)
			return err_set(err, -EINVAL,
				"found %" PRId64 ", expected no negative number", value->sint);
		*number = (uint64_t)value->sint;
		break;
	case VALUE_BYTES:
		return unsigned_bytes(value, number, err);
	case VALUE_STRING:
		result = copy_number_text(value, text, err);
		if (!result && str_to_u64(text, number))
			result = err_set(err, -EINVAL, "found '%s', expected a number", text);
		break;
	}
	return result;
}

int value_to_s64(const struct value *value, int64_t *number, struct err *err)
{
	char text[NUMBER_TEXT];
	uint64_t raw = 0;
	int result;

	switch (value->type) {
	case VALUE_INT:
		*number = value->sint;
		return 0;
	case VALUE_BYTES:
		result = unsigned_bytes(value, &raw, err);
		if (!result) {
			unsigned int shift = 64 - value->length * 8;

			*number = (int64_t)(raw << shift) >> shift;
		}
		return result;
	case VALUE_STRING:
		result = copy_number_text(value, text, err);
		if (!result && str_to_s64(text, number))
			result = err_set(err, -EINVAL, "found '%s', expected a number", text);
		return result;
	default:
		/* A number of 64 bits that BTF calls unsigned, and the definition signed. */
		result = value_to_u64(value, &raw, err);
		*number = (int64_t)raw;
		return result;
	}
}

int value_to_index(const struct value *value, uint64_t *number, struct err *err)
{
	int64_t negative;

	if (value->type != VALUE_UINT && value->type != VALUE_BYTES &&
		value_to_s64(value, &negative, NULL) == 0 && negative < 0) {
		*number = UINT64_MAX;
		return 0;
	}
	return value_to_u64(value, number, err);
}

int value_number_text(const struct value *value, char text[NUMBER_TEXT], struct err *err)
{
	uint64_t number = 0;
	int result;

	if (value->type == VALUE_INT) {
		snprintf(text, NUMBER_TEXT, "%" PRId64, value->sint);
		return 0;
	}
	if (value->type == VALUE_STRING)
		return err_set(err, -EINVAL, "found text, expected a number");
	result = value_to_u64(value, &number, err);
	if (!result)
		snprintf(text, NUMBER_TEXT, "%" PRIu64, number);
	return result;
}

int value_set_bytes(
	struct value *out, struct arena *arena, struct err *err, const void *bytes, size_t length)
{
	const char *text;

	if (length > UINT32_MAX - 1)
		return err_set(err, -EINVAL, "found %zu bytes, expected fewer", length);
	text = arena_strndup(arena, bytes, length);
	if (!text)
		return err_set(err, -ENOMEM, "out of memory");
	*out = (struct value){.type = VALUE_STRING, .length = (uint32_t)length, .string = text};
	return 0;
}

int value_set_text(struct value *out, struct arena *arena, struct err *err, const char *format, ...)
{
	char text[LIMIT_ATTRIBUTE_STRING + 1];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return err_set(err, -EINVAL, "found text that cannot be written");
	return value_set_bytes(out, arena, err, text, strlen(text));
}

int value_set_unknown(
	struct value *out, const struct value *in, struct arena *arena, struct err *err)
{
	char text[NUMBER_TEXT];
	int result;

	result = in->type == VALUE_STRING ? copy_number_text(in, text, err)
					  : value_number_text(in, text, err);
	return result ? result : value_set_text(out, arena, err, "unknown:%s", text);
}

const char *argument_get(const struct decode_argument *arguments, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(arguments[i].key, key) == 0)
			return arguments[i].value;
	return NULL;
}

int arguments_check(const struct decode_argument *arguments, size_t count, const char *const *known,
	const char *decoder, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *const *name = known;
		struct nearest nearest;

		nearest_init(&nearest, arguments[i].key);
		for (; *name && strcmp(*name, arguments[i].key) != 0; name++)
			nearest_offer(&nearest, *name);
		if (*name) {
			if (argument_get(arguments, i, *name))
				return err_set(err, -EINVAL,
					"found the argument '%s' of the decoder '%s' again, "
					"expected it once",
					*name, decoder);
			continue;
		}
		return err_set(err, -EINVAL,
			"found the argument '%.60s' of the decoder '%s', expected '%s'",
			arguments[i].key, decoder, nearest.name ? nearest.name : known[0]);
	}
	return 0;
}
