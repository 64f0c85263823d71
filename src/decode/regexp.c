/* SPDX-License-Identifier: Apache-2.0 */
/* As ebpf_exporter's decoder of this name: the first pattern that matches decides. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "decode/decoders.h"
#include "decode/pattern.h"
#include "decode/value.h"

struct state {
	struct pattern *patterns[LIMIT_PATTERNS];
	size_t count;
};

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	const struct state *state = opaque;
	struct span whole, group;
	struct value text;
	int result;

	result = decoder_string.decode(NULL, in, &text, arena, err);
	for (size_t i = 0; i < state->count && !result; i++) {
		struct pattern *pattern = state->patterns[i];

		if (!pattern_match(pattern, text.string, text.length, &whole, &group))
			continue;
		if (!pattern_groups(pattern))
			return value_set_bytes(out, arena, err, whole.start, whole.length);
		return value_set_bytes(
			out, arena, err, group.start ? group.start : "", group.length);
	}
	return result ? result : DECODE_SKIP;
}

static void fini(void *opaque)
{
	struct state *state = opaque;

	for (size_t i = 0; i < state->count; i++)
		pattern_free(state->patterns[i]);
	free(state);
}

static int add_patterns(
	struct state *state, const struct decode_argument *arguments, size_t count, struct err *err)
{
	if (count > LIMIT_PATTERNS)
		return err_set(err, -EINVAL, "found %zu patterns, expected at most %d", count,
			LIMIT_PATTERNS);
	for (; state->count < count; state->count++) {
		const struct decode_argument *argument = &arguments[state->count];
		int code;

		if (strcmp(argument->key, "pattern") != 0)
			return err_set(err, -EINVAL,
				"found the argument '%.60s' of the decoder 'regexp', expected "
				"'pattern'",
				argument->key);
		code = pattern_new(&state->patterns[state->count], argument->value, err);
		if (code)
			return code;
	}
	return 0;
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	struct state *state = calloc(1, sizeof(*state));
	int code;

	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	code = add_patterns(state, arguments, count, err);
	if (code)
		fini(state);
	else
		*result = state;
	return code;
}

const struct decoder decoder_regexp = {
	.name = "regexp",
	.help = "'pattern': one or a list of them, in the syntax of Go; gives the group of the "
		"first "
		"that matches, or all that matched if it has none, and leaves the entry out if "
		"none "
		"matches",
	.needs_arguments = true,
	.init = init,
	.fini = fini,
	.decode = decode,
};
