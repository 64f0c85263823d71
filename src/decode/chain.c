/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "decode/decoders.h"
#include "decode/value.h"

struct step {
	const struct decoder *decoder;
	void *state;
};

struct decode_chain {
	struct step steps[LIMIT_DECODERS_PER_CHAIN];
	size_t count;
	size_t prepared; /* steps up to the last one with prepare() */
};

static int find_decoder(
	const struct decode_step *step, const struct decoder **decoder, struct err *err)
{
	const char *near;

	*decoder = decoder_find(step->decoder);
	if (!*decoder) {
		near = decoder_nearest(step->decoder);
		if (near)
			return err_set(err, -EINVAL,
				"found the decoder '%.60s'; did you mean '%s'?", step->decoder,
				near);
		return err_set(err, -EINVAL,
			"found the decoder '%.60s', which does not exist; 'otelbpf list' knows "
			"those that do",
			step->decoder);
	}
	if ((*decoder)->needs_arguments && !step->argument_count)
		return err_set(err, -EINVAL,
			"found the decoder '%s' without arguments, expected 'decode: { %s: { ... } "
			"}'",
			step->decoder, step->decoder);
	if (!(*decoder)->init && step->argument_count)
		return err_set(err, -EINVAL,
			"found the argument '%.60s' of the decoder '%s', expected none",
			step->arguments[0].key, step->decoder);
	return 0;
}

int decode_chain_new(struct decode_chain **result, const struct decode_step *steps, size_t count,
	struct err *err)
{
	struct decode_chain *chain;
	int code = 0;

	if (count > LIMIT_DECODERS_PER_CHAIN)
		return err_set(err, -EINVAL, "found %zu decoders in a chain, expected at most %d",
			count, LIMIT_DECODERS_PER_CHAIN);
	chain = calloc(1, sizeof(*chain));
	if (!chain)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count && !code; i++) {
		struct step *step = &chain->steps[i];

		code = find_decoder(&steps[i], &step->decoder, err);
		if (!code && step->decoder->init)
			code = step->decoder->init(
				&step->state, steps[i].arguments, steps[i].argument_count, err);
		if (code)
			break;
		chain->count++;
		if (step->decoder->prepare)
			chain->prepared = chain->count;
	}
	if (code) {
		decode_chain_free(chain);
		return code;
	}
	*result = chain;
	return 0;
}

void decode_chain_free(struct decode_chain *chain)
{
	if (!chain)
		return;
	for (size_t i = 0; i < chain->count; i++)
		if (chain->steps[i].decoder->fini)
			chain->steps[i].decoder->fini(chain->steps[i].state);
	free(chain);
}

bool decode_chain_is_volatile(const struct decode_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		if (chain->steps[i].decoder->volatile_names)
			return true;
	return false;
}

/* Run one step over all values, in place; those that fail or are not wanted are left out. Returns
 * how many stay. */
static size_t advance(
	const struct step *step, struct value *values, size_t count, struct arena *arena)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (step->decoder->decode(step->state, &values[i], &values[kept], arena, NULL) == 0)
			kept++;
	return kept;
}

void decode_chain_prepare(struct decode_chain *chain, const struct value *values, size_t count)
{
	struct arena arena = {0};
	struct value *now;

	if (!chain->prepared || !count)
		return;
	now = arena_alloc(&arena, count * sizeof(*now));
	if (!now)
		return; /* preparing only saves time */
	memcpy(now, values, count * sizeof(*now));
	for (size_t i = 0; i < chain->prepared && count; i++) {
		const struct step *step = &chain->steps[i];

		if (step->decoder->prepare)
			step->decoder->prepare(step->state, now, count);
		if (i + 1 < chain->prepared)
			count = advance(step, now, count, &arena);
	}
	arena_fini(&arena);
}

static int finish(struct value *value, struct arena *arena, struct err *err)
{
	char text[LIMIT_ATTRIBUTE_STRING];
	size_t length;
	int result;

	if (value->type == VALUE_BYTES) {
		result = decoder_hex.decode(NULL, value, value, arena, err);
		if (result)
			return result;
	}
	if (value->type != VALUE_STRING)
		return 0;
	/* What lies behind a NUL would be lost wherever C strings are used; lose it everywhere. */
	length = utf8_sanitize(
		text, sizeof(text), value->string, strnlen(value->string, value->length));
	return value_set_bytes(value, arena, err, text, length);
}

int decode_chain_run(struct decode_chain *chain, const struct value *in, struct value *out,
	struct arena *arena, struct err *err)
{
	struct value value = *in;
	int result = 0;

	for (size_t i = 0; i < chain->count && !result; i++) {
		const struct step *step = &chain->steps[i];

		result = step->decoder->decode(step->state, &value, &value, arena, err);
		if (result > 0)
			return result;
		if (result)
			return err_prefix(err, result, "decoder %s: ", step->decoder->name);
	}
	result = finish(&value, arena, err);
	if (!result)
		*out = value;
	return result;
}
