/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "decode/decoders.h"
#include "decode/value.h"

enum {
	MAC_BYTES = 6
};

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	const unsigned char *b = in->bytes;

	(void)state;
	if (in->type != VALUE_BYTES)
		return err_set(err, -EINVAL,
			"found %s, expected the %d bytes of a MAC address: declare it as __u8[%d]",
			in->type == VALUE_STRING ? "text" : "a number", MAC_BYTES, MAC_BYTES);
	if (in->length != MAC_BYTES)
		return err_set(err, -EINVAL, "found %u bytes, expected the %d of a MAC address",
			in->length, MAC_BYTES);
	return value_set_text(out, arena, err, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
		b[3], b[4], b[5]);
}

const struct decoder decoder_mac = {
	.name = "mac",
	.types = 1 << VALUE_BYTES,
	.lengths = 1 << MAC_BYTES,
	.help = "MAC address of 6 bytes to 02:42:ac:11:00:02",
	.decode = decode,
};
