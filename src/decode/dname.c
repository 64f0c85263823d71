/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain name as DNS messages carry it (RFC 1035, section 3.1): labels, each behind its length,
 * up to the empty one of the root or the end of the bytes. Written as in section 5.1, so that the
 * text is unambiguous whatever the labels hold, and without the root's dot.
 */
#include <errno.h>
#include <stdio.h>

#include "base/limits.h"
#include "decode/decoders.h"
#include "decode/value.h"

enum {
	NAME_MAX_WIRE = 255,
	LABEL_MAX = 63,
	ESCAPED = 4, /* \DDD */
};

_Static_assert(NAME_MAX_WIRE *ESCAPED < LIMIT_ATTRIBUTE_STRING, "room for every name");

static size_t put_byte(char *out, unsigned char byte)
{
	if (byte == '.' || byte == '\\') {
		out[0] = '\\';
		out[1] = (char)byte;
		return 2;
	}
	if (byte > ' ' && byte < 0x7f) {
		out[0] = (char)byte;
		return 1;
	}
	return (size_t)snprintf(out, ESCAPED + 1, "\\%03u", byte);
}

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	char text[LIMIT_ATTRIBUTE_STRING + 1];
	const unsigned char *bytes = in->bytes;
	size_t at = 0, used = 0;

	(void)state;
	if (in->type != VALUE_BYTES && in->type != VALUE_STRING)
		return err_set(err, -EINVAL, "found a number, expected the bytes of a DNS name");
	while (at < in->length && bytes[at]) {
		size_t length = bytes[at++];

		if (length > LABEL_MAX || length > in->length - at || at + length > NAME_MAX_WIRE)
			return err_set(err, -EINVAL,
				"found a label of %zu bytes where %zu follow, expected a DNS name "
				"without compression",
				length, in->length - at);
		if (used)
			text[used++] = '.';
		for (size_t i = 0; i < length; i++)
			used += put_byte(text + used, bytes[at + i]);
		at += length;
	}
	if (!used)
		text[used++] = '.';
	return value_set_bytes(out, arena, err, text, used);
}

const struct decoder decoder_dname = {
	.name = "dname",
	.types = 1 << VALUE_BYTES | 1 << VALUE_STRING,
	.help = "domain name as DNS messages carry it to 'www.example.com'",
	.decode = decode,
};
