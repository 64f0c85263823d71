/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "decode/decoders.h"
#include "decode/syscall_table.h"
#include "decode/value.h"

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	uint64_t number;
	int64_t negative;
	int result;

	(void)state;
	/* A tracer may skip a call by making its number -1. */
	if (value_to_s64(in, &negative, NULL) == 0 && negative < 0 && in->type != VALUE_UINT)
		return value_set_text(out, arena, err, "unknown_syscall:%" PRId64, negative);
	result = value_to_u64(in, &number, err);
	if (result)
		return result;
	if (number < ARRAY_SIZE(syscall_names) && syscall_names[number])
		return value_set_text(out, arena, err, "%s", syscall_names[number]);
	return value_set_text(out, arena, err, "unknown_syscall:%" PRIu64, number);
}

const struct decoder decoder_syscall = {
	.name = "syscall",
	.lengths = DECODE_INTEGERS,
	.help = "number of a system call to its name; 'unknown_syscall:N' for others",
	.decode = decode,
};
