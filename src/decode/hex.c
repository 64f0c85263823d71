/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>

#include "base/limits.h"
#include "decode/decoders.h"
#include "decode/value.h"

static int hex_bytes(
	const struct value *in, struct value *out, struct arena *arena, struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	char text[LIMIT_ATTRIBUTE_STRING];
	const unsigned char *bytes = in->bytes;
	size_t n = in->length;

	if (n > sizeof(text) / 2)
		n = sizeof(text) / 2;
	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	return value_set_bytes(out, arena, err, text, 2 * n);
}

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	(void)state;
	switch (in->type) {
	case VALUE_BYTES:
	case VALUE_STRING:
		return hex_bytes(in, out, arena, err);
	case VALUE_UINT:
		return value_set_text(out, arena, err, "%" PRIx64, in->uint);
	case VALUE_INT:
		return value_set_text(out, arena, err, "%" PRIx64, (uint64_t)in->sint);
	case VALUE_BOOL:
		return value_set_text(out, arena, err, "%x", (unsigned int)in->boolean);
	}
	return err_set(err, -EINVAL, "found a value of an unknown type");
}

const struct decoder decoder_hex = {
	.name = "hex",
	.help = "lower-case hexadecimal: bytes as they lie in memory, numbers as they are written",
	.decode = decode,
};
