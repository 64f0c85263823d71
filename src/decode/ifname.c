/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Index of a network interface -> its name now, in the network namespace that otelbpf runs in.
 * Nothing is kept: interfaces are renamed, and after 2^31 of them an index is given away again.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include "decode/decoders.h"
#include "decode/value.h"

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	char name[IF_NAMESIZE];
	uint64_t index;
	int result;

	(void)state;
	result = value_to_u64(in, &index, err);
	if (result)
		return result;
	if (index > UINT32_MAX)
		return err_set(err, -EINVAL,
			"found %" PRIu64 ", expected the index of an interface: 32 bits", index);
	if (index && if_indextoname((unsigned int)index, name))
		return value_set_bytes(out, arena, err, name, strnlen(name, sizeof(name)));
	return value_set_text(out, arena, err, "unknown:%" PRIu64, index);
}

const struct decoder decoder_ifname = {
	.name = "ifname",
	.lengths = DECODE_INTEGERS,
	.help = "index of a network interface to its name; 'unknown:N' for others",
	.volatile_names = true,
	.decode = decode,
};
