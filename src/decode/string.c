/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "decode/decoders.h"
#include "decode/value.h"

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	char text[NUMBER_TEXT];
	int result;

	(void)state;
	if (in->type == VALUE_BYTES || in->type == VALUE_STRING)
		return value_set_bytes(out, arena, err, in->bytes, strnlen(in->bytes, in->length));
	if (in->type == VALUE_BOOL)
		return value_set_text(out, arena, err, "%s", in->boolean ? "true" : "false");
	result = value_number_text(in, text, err);
	return result ? result : value_set_text(out, arena, err, "%s", text);
}

const struct decoder decoder_string = {
	.name = "string",
	.help = "text up to the first NUL; numbers in decimal",
	.decode = decode,
};
