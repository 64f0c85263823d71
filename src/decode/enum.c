/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of an enum of the running kernel -> its names, which no table in a definition can follow
 * from one version to the next. The kernel's BTF is read when the first value comes: checking a
 * definition needs no kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/btf_enum.h"
#include "decode/decoders.h"
#include "decode/value.h"

struct state {
	struct arena arena;
	const char *path;
	const char *name;
	const char *strip;  /* "" if nothing */
	const char *absent; /* for every number, if the kernel has no such enum; NULL: an error */
	struct kernel_enum names;
	bool read;
	bool is_absent;
	const char *problem; /* of reading; NULL if there is none, or when it has been told */
};

/* -EINVAL once, so that the entry is counted as undecodable and somebody reads why. */
static int read_names(struct state *state, struct err *err)
{
	struct err why = {""};
	const char *problem = state->problem;
	int result;

	if (!state->read) {
		state->read = true;
		result = btf_enum_read(
			state->path, state->name, &state->arena, &state->names, &why);
		if (result)
			state->names.count = 0;
		state->is_absent = result == -ENOENT && state->absent;
		if (result && !state->is_absent)
			state->problem = arena_strdup(&state->arena, why.text);
		problem = state->problem;
	}
	if (!problem || !err)
		return 0;
	state->problem = NULL;
	return err_set(err, -EINVAL, "%s; numbers stay numbers", problem);
}

/* Equal in the enum's own bytes, since a field may be called signed where the enum is not. A number
 * that does not fit into them is none of its. */
static bool is_value(const struct state *state, uint64_t value, uint64_t number)
{
	unsigned int unused = 64 - 8 * state->names.size;
	int64_t extended = (int64_t)(number << unused) >> unused;

	if (number >> (63 - unused) >> 1 && (uint64_t)extended != number)
		return false;
	return value << unused == number << unused;
}

static const char *find_name(const struct state *state, uint64_t number)
{
	size_t prefix = strlen(state->strip);

	for (size_t i = 0; i < state->names.count; i++) {
		const char *name = state->names.enumerators[i].name;

		if (!is_value(state, state->names.enumerators[i].value, number))
			continue;
		return strncmp(name, state->strip, prefix) == 0 && name[prefix] ? name + prefix
										: name;
	}
	return NULL;
}

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	struct state *state = opaque;
	int64_t negative = 0;
	const char *name;
	uint64_t number;
	int result;

	result = value_to_index(in, &number, err);
	if (!result && number == UINT64_MAX && value_to_s64(in, &negative, NULL) == 0)
		number = (uint64_t)negative;
	if (!result)
		result = read_names(state, err);
	if (result)
		return result;
	name = state->is_absent ? state->absent : find_name(state, number);
	if (name)
		return value_set_text(out, arena, err, "%s", name);
	return value_set_unknown(out, in, arena, err);
}

static void fini(void *opaque)
{
	struct state *state = opaque;

	arena_fini(&state->arena);
	free(state);
}

static const char *copy(struct state *state, const char *text, const char *otherwise)
{
	return arena_strdup(&state->arena, text ? text : otherwise);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"name", "strip", "absent", "path", NULL};
	const char *name = argument_get(arguments, count, "name");
	const char *absent = argument_get(arguments, count, "absent");
	struct state *state;
	int code;

	code = arguments_check(arguments, count, known, "enum", err);
	if (code)
		return code;
	if (!name || !*name)
		return err_set(err, -EINVAL,
			"found the decoder 'enum' without 'name', expected that of an enum of the "
			"kernel, or of one of its enumerators");
	state = calloc(1, sizeof(*state));
	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	state->name = copy(state, name, NULL);
	state->strip = copy(state, argument_get(arguments, count, "strip"), "");
	state->path = copy(
		state, argument_get(arguments, count, "path"), "/sys/kernel/btf/vmlinux");
	state->absent = absent ? copy(state, absent, NULL) : NULL;
	if (!state->name || !state->strip || !state->path || (absent && !state->absent)) {
		fini(state);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*result = state;
	return 0;
}

const struct decoder decoder_enum = {
	.name = "enum",
	.lengths = DECODE_INTEGERS,
	.help = "number to its name in the running kernel's enum 'name', which may also be one of "
		"its "
		"enumerators; 'strip': a prefix to leave out; 'absent': what every number is on "
		"kernels that have no such enum; 'unknown:N' for others",
	.needs_arguments = true,
	.init = init,
	.fini = fini,
	.decode = decode,
};
