/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses that bpf_get_stack() gives -> names of their functions, the innermost first. */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "decode/decoders.h"
#include "decode/symbols.h"
#include "decode/value.h"

enum {
	FRAMES_MAX = 127, /* PERF_MAX_STACK_DEPTH of <linux/perf_event.h> */
};

static const char no_name[] = "??";

struct frames {
	uint64_t addresses[FRAMES_MAX];
	size_t count;
};

/* Up to the first address that is 0. */
static int get_frames(const struct value *in, struct frames *frames, struct err *err)
{
	size_t count = in->length / sizeof(uint64_t);

	if (in->type != VALUE_BYTES)
		return err_set(err, -EINVAL, "found %s, expected an array of addresses of 8 bytes",
			in->type == VALUE_STRING ? "text" : "a number");
	if (!count || count > FRAMES_MAX || in->length % sizeof(uint64_t))
		return err_set(err, -EINVAL,
			"found %u bytes, expected 1 to %d addresses of 8 bytes", in->length,
			FRAMES_MAX);
	memcpy(frames->addresses, in->bytes, in->length);
	for (frames->count = 0; frames->count < count; frames->count++)
		if (!frames->addresses[frames->count])
			break;
	return 0;
}

static bool are_known(const struct symbols *symbols, const struct frames *frames, bool with_names)
{
	const char *name;

	for (size_t i = 0; i < frames->count; i++) {
		bool known = symbols_know(symbols, frames->addresses[i], &name);

		if (!known || (with_names && !name))
			return false;
	}
	return true;
}

static void prepare(void *symbols, const struct value *values, size_t count)
{
	struct frames frames = {0};
	bool known = true;

	for (size_t i = 0; i < count && known; i++)
		known = get_frames(&values[i], &frames, NULL) || are_known(symbols, &frames, true);
	if (known)
		return;
	symbols_begin(symbols);
	for (size_t i = 0; i < count; i++) {
		if (get_frames(&values[i], &frames, NULL))
			continue;
		for (size_t j = 0; j < frames.count; j++)
			symbols_want(symbols, frames.addresses[j]);
	}
	symbols_read(symbols);
}

/* As many whole names as there is room for. */
static size_t join(const struct symbols *symbols, const struct frames *frames, char *text)
{
	size_t used = 0;

	for (size_t i = 0; i < frames->count; i++) {
		const char *name;
		size_t length;

		symbols_know(symbols, frames->addresses[i], &name);
		name = name ? name : no_name;
		length = strlen(name);
		if (length + !!i > LIMIT_ATTRIBUTE_STRING - used)
			break;
		if (i)
			text[used++] = '\n';
		memcpy(text + used, name, length);
		used += length;
	}
	return used;
}

static int decode(void *symbols, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	char text[LIMIT_ATTRIBUTE_STRING];
	struct frames frames = {0};
	int result;

	result = get_frames(in, &frames, err);
	if (result)
		return result;
	if (!are_known(symbols, &frames, false))
		prepare(symbols, in, 1);
	if (!are_known(symbols, &frames, true)) {
		result = symbols_complain(symbols, err);
		if (result)
			return result;
	}
	return value_set_bytes(out, arena, err, text, join(symbols, &frames, text));
}

static void fini(void *symbols)
{
	symbols_free(symbols);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"path", NULL};
	struct symbols *symbols;
	int code;

	code = arguments_check(arguments, count, known, "kstack", err);
	if (!code)
		code = symbols_new(
			&symbols, SYMBOLS_CONTAIN, argument_get(arguments, count, "path"), err);
	if (!code)
		*result = symbols;
	return code;
}

const struct decoder decoder_kstack = {
	.name = "kstack",
	.types = 1 << VALUE_BYTES,
	.help = "array of kernel addresses, up to the first 0, to names of functions, one a line; "
		"?? where there is none",
	.init = init,
	.fini = fini,
	.prepare = prepare,
	.decode = decode,
};
