/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "decode/decoders.h"
#include "decode/symbols.h"
#include "decode/value.h"

/* All known from the last batch, with a name? Then there is nothing to read. */
static bool are_known(const struct symbols *symbols, const struct value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t address;
		const char *name;

		if (value_to_u64(&values[i], &address, NULL))
			continue;
		symbols_know(symbols, address, &name);
		if (!name)
			return false;
	}
	return true;
}

static void prepare(void *symbols, const struct value *values, size_t count)
{
	uint64_t address;

	if (are_known(symbols, values, count))
		return;
	symbols_begin(symbols);
	for (size_t i = 0; i < count; i++)
		if (value_to_u64(&values[i], &address, NULL) == 0)
			symbols_want(symbols, address);
	symbols_read(symbols);
}

static int decode(void *symbols, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	uint64_t address;
	const char *name;
	int result;

	result = value_to_u64(in, &address, err);
	if (result)
		return result;
	if (!symbols_know(symbols, address, &name)) {
		prepare(symbols, in, 1);
		symbols_know(symbols, address, &name);
	}
	if (name)
		return value_set_text(out, arena, err, "%s", name);
	result = symbols_complain(symbols, err);
	if (result)
		return result;
	return value_set_text(out, arena, err, "unknown_addr:0x%" PRIx64, address);
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

	code = arguments_check(arguments, count, known, "ksym", err);
	if (!code)
		code = symbols_new(
			&symbols, SYMBOLS_EXACT, argument_get(arguments, count, "path"), err);
	if (!code)
		*result = symbols;
	return code;
}

const struct decoder decoder_ksym = {
	.name = "ksym",
	.lengths = DECODE_INTEGERS,
	.help = "kernel address to the symbol that begins there; 'unknown_addr:0xN' for others",
	.init = init,
	.fini = fini,
	.prepare = prepare,
	.decode = decode,
};
