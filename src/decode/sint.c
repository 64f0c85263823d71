/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decoders.h"
#include "decode/value.h"

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	int64_t number;
	int result;

	(void)state;
	(void)arena;
	result = value_to_s64(in, &number, err);
	if (!result)
		*out = (struct value){.type = VALUE_INT, .sint = number};
	return result;
}

const struct decoder decoder_sint = {
	.name = "sint",
	.lengths = DECODE_INTEGERS,
	.help = "signed number of 1, 2, 4 or 8 bytes in the machine's byte order",
	.decode = decode,
};
