/* SPDX-License-Identifier: Apache-2.0 */
/* Values as decoders need them. */
#pragma once

#include "decode/decode.h"

enum {
	NUMBER_TEXT = 32
}; /* room for any 64-bit number as text */

/*
 * As a number: numbers, booleans, 1, 2, 4 or 8 bytes in host order, text that is one number.
 * -EINVAL otherwise, and for what does not fit; signed for value_to_s64 alone.
 */
int value_to_u64(const struct value *value, uint64_t *number, struct err *err) MUST_CHECK;
int value_to_s64(const struct value *value, int64_t *number, struct err *err) MUST_CHECK;

/* value_to_u64 for looking into tables: a negative number is UINT64_MAX, which no table has. */
int value_to_index(const struct value *value, uint64_t *number, struct err *err) MUST_CHECK;

/* A number or boolean, or bytes that are one, in decimal. -EINVAL for what is no number. */
int value_number_text(
	const struct value *value, char text[NUMBER_TEXT], struct err *err) MUST_CHECK;

/* Make `out` a string in `arena`. 0 or -ENOMEM. */
int value_set_text(struct value *out, struct arena *arena, struct err *err, const char *format, ...)
	PRINTF_LIKE(4, 5) MUST_CHECK;
/* Make `out` a copy of these bytes as a string. 0 or -ENOMEM. */
int value_set_bytes(struct value *out, struct arena *arena, struct err *err, const void *bytes,
	size_t length) MUST_CHECK;

/* Make `out` 'unknown:N', where `in` is the number N. They may be the same. */
int value_set_unknown(
	struct value *out, const struct value *in, struct arena *arena, struct err *err) MUST_CHECK;

/* The argument's value; NULL if there is none. */
const char *argument_get(const struct decode_argument *arguments, size_t count, const char *key);
/* -EINVAL (with err) if there is an argument that is not in the NULL-terminated list, or one twice.
 */
int arguments_check(const struct decode_argument *arguments, size_t count, const char *const *known,
	const char *decoder, struct err *err) MUST_CHECK;
