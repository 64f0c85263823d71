/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "decode/decoders.h"
#include "decode/value.h"

static const char option[] = "allow_unknown";

struct entry {
	const char *key, *value;
};

struct state {
	struct arena arena;
	struct entry *texts;   /* as the definition has them; by key */
	struct entry *numbers; /* keys that are numbers, in decimal; by key */
	size_t text_count, number_count;
	bool allow_unknown;
};

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key);
}

static const struct entry *find_entry(const struct entry *entries, size_t count, const char *key)
{
	const struct entry wanted = {.key = key};

	return count ? bsearch(&wanted, entries, count, sizeof(wanted), compare_entries) : NULL;
}

/* Decimal form of a key that is a number, or NULL; *failed if there is no memory for it. */
static const char *number_key(const char *text, struct arena *arena, bool *failed)
{
	const char *key = NULL;
	uint64_t magnitude;
	int64_t number;

	if (str_to_u64(text, &magnitude) == 0)
		key = arena_printf(arena, "%" PRIu64, magnitude);
	else if (str_to_s64(text, &number) == 0)
		key = arena_printf(arena, "%" PRId64, number);
	else
		return NULL;
	*failed = !key;
	return key;
}

static int check_twice(const struct entry *entries, size_t count, struct err *err)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(entries[i - 1].key, entries[i].key) == 0)
			return err_set(err, -EINVAL,
				"found the key '%.60s' of static_map again, expected it once",
				entries[i].key);
	return 0;
}

static int fill(
	struct state *state, const struct decode_argument *arguments, size_t count, struct err *err)
{
	bool failed = false;

	state->texts = arena_alloc(&state->arena, count * sizeof(*state->texts));
	state->numbers = arena_alloc(&state->arena, count * sizeof(*state->numbers));
	if (!state->texts || !state->numbers)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		struct entry entry = {.value = arena_strdup(&state->arena, arguments[i].value)};

		if (strcmp(arguments[i].key, option) == 0) {
			state->allow_unknown = strcmp(arguments[i].value, "true") == 0;
			continue;
		}
		entry.key = arena_strdup(&state->arena, arguments[i].key);
		if (!entry.key || !entry.value)
			return err_set(err, -ENOMEM, "out of memory");
		state->texts[state->text_count++] = entry;
		entry.key = number_key(arguments[i].key, &state->arena, &failed);
		if (failed)
			return err_set(err, -ENOMEM, "out of memory");
		if (entry.key)
			state->numbers[state->number_count++] = entry;
	}
	qsort(state->texts, state->text_count, sizeof(*state->texts), compare_entries);
	qsort(state->numbers, state->number_count, sizeof(*state->numbers), compare_entries);
	return check_twice(state->numbers, state->number_count, err);
}

static void fini(void *opaque)
{
	struct state *state = opaque;

	arena_fini(&state->arena);
	free(state);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	struct state *state = calloc(1, sizeof(*state));
	int code;

	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	code = fill(state, arguments, count, err);
	if (!code)
		code = check_twice(state->texts, state->text_count, err);
	if (!code && !state->text_count)
		code = err_set(err, -EINVAL, "found an empty static_map, expected entries");
	if (code)
		fini(state);
	else
		*result = state;
	return code;
}

/* The value as text, and what its table has for it. */
static int look_up(const struct state *state, const struct value *in, struct value *text,
	const struct entry **found, struct arena *arena, struct err *err)
{
	char number[NUMBER_TEXT];
	int result;

	result = decoder_string.decode(NULL, in, text, arena, err);
	if (result)
		return result;
	*found = NULL;
	if (in->type == VALUE_STRING || in->type == VALUE_BOOL)
		*found = find_entry(state->texts, state->text_count, text->string);
	if (in->type == VALUE_STRING || *found)
		return 0;
	result = value_number_text(in, number, err);
	if (result)
		return result;
	*found = find_entry(state->numbers, state->number_count, number);
	return in->type == VALUE_BOOL ? 0 : value_set_text(text, arena, err, "%s", number);
}

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	const struct state *state = opaque;
	const struct entry *found;
	struct value text;
	int result;

	result = look_up(state, in, &text, &found, arena, err);
	if (result)
		return result;
	if (found)
		return value_set_bytes(out, arena, err, found->value, strlen(found->value));
	if (!state->allow_unknown)
		return value_set_text(out, arena, err, "unknown:%s", text.string);
	*out = text;
	return 0;
}

const struct decoder decoder_static_map = {
	.name = "static_map",
	.lengths = DECODE_INTEGERS,
	.help = "a table in the definition; 'unknown:VALUE' for what is not in it, or the value as "
		"it "
		"is with 'allow_unknown: true'",
	.needs_arguments = true,
	.init = init,
	.fini = fini,
	.decode = decode,
};
