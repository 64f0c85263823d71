/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of values and what a chain makes of them. */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "decode/decode.h"

#define BYTES(text)                                                                                \
	{                                                                                          \
		.type = VALUE_BYTES, .length = sizeof(text) - 1, .bytes = (text)                   \
	}
#define STRING(text)                                                                               \
	{                                                                                          \
		.type = VALUE_STRING, .length = sizeof(text) - 1, .string = (text)                 \
	}
#define UINT(number)                                                                               \
	{                                                                                          \
		.type = VALUE_UINT, .uint = (number)                                               \
	}
#define SINT(number)                                                                               \
	{                                                                                          \
		.type = VALUE_INT, .sint = (number)                                                \
	}
#define BOOLEAN(value)                                                                             \
	{                                                                                          \
		.type = VALUE_BOOL, .boolean = (value)                                             \
	}

#define SKIPPED "(skipped)" /* DECODE_SKIP */

struct decode_row {
	struct value in;
	const char *out; /* "u:1", "i:-1", "b:true", SKIPPED or the string; NULL: -EINVAL */
};

static inline const char *value_shown(const struct value *value, char *text, size_t size)
{
	switch (value->type) {
	case VALUE_UINT:
		snprintf(text, size, "u:%llu", (unsigned long long)value->uint);
		break;
	case VALUE_INT:
		snprintf(text, size, "i:%lld", (long long)value->sint);
		break;
	case VALUE_BOOL:
		snprintf(text, size, "b:%s", value->boolean ? "true" : "false");
		break;
	case VALUE_STRING:
		if (value->string[value->length] != '\0' || strlen(value->string) != value->length)
			fail_msg("string of %u bytes is not NUL-terminated there", value->length);
		return value->string;
	default:
		snprintf(text, size, "bytes");
	}
	return text;
}

static inline struct decode_chain *chain_of(const struct decode_step *steps, size_t count)
{
	struct decode_chain *chain = NULL;
	struct err err;

	if (decode_chain_new(&chain, steps, count, &err))
		fail_msg("%s", err.text);
	return chain;
}

/* Bytes are decoded from memory of exactly their size, so that reading past it is seen. */
static inline int run_exact(struct decode_chain *chain, const struct value *in, struct value *out,
	struct arena *arena, struct err *err)
{
	struct value exact = *in;
	void *copy = NULL;
	int result;

	if (in->type == VALUE_BYTES || in->type == VALUE_STRING) {
		copy = malloc(in->length);
		assert_true(copy || !in->length);
		if (in->length)
			memcpy(copy, in->bytes, in->length);
		exact.bytes = copy;
	}
	result = decode_chain_run(chain, &exact, out, arena, err);
	free(copy);
	return result;
}

static inline void check_rows(const struct decode_step *steps, size_t step_count,
	const struct decode_row *rows, size_t count)
{
	struct decode_chain *chain = chain_of(steps, step_count);
	struct arena arena = {0};

	for (size_t i = 0; i < count; i++) {
		struct err err = {{0}};
		struct value out;
		char text[64];
		int result = run_exact(chain, &rows[i].in, &out, &arena, &err);

		if (!rows[i].out) {
			if (result != -EINVAL)
				fail_msg("row %zu: code %d instead of -EINVAL", i, result);
			assert_true(strlen(err.text) > 10);
		} else if (strcmp(rows[i].out, SKIPPED) == 0) {
			if (result != DECODE_SKIP)
				fail_msg("row %zu: code %d instead of DECODE_SKIP", i, result);
		} else if (result) {
			fail_msg("row %zu: code %d, %s", i, result, err.text);
		} else if (strcmp(value_shown(&out, text, sizeof(text)), rows[i].out) != 0) {
			fail_msg("row %zu: found '%s', expected '%s'", i,
				value_shown(&out, text, sizeof(text)), rows[i].out);
		}
	}
	arena_fini(&arena);
	decode_chain_free(chain);
}

/* One decoder without arguments. */
static inline void check_decoder(const char *name, const struct decode_row *rows, size_t count)
{
	check_rows(&(struct decode_step){.decoder = name}, 1, rows, count);
}
