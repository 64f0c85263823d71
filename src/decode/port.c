/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decoders.h"
#include "decode/value.h"

struct state {
	bool host_order;
};

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	const struct state *state = opaque;
	uint64_t number;
	int result;

	(void)arena;
	result = value_to_u64(in, &number, err);
	if (result)
		return result;
	if (number > UINT16_MAX)
		return err_set(err, -EINVAL,
			"found %" PRIu64 ", expected the number of a port: 16 bits", number);
	if (!state->host_order)
		number = ntohs((uint16_t)number);
	*out = (struct value){.type = VALUE_UINT, .uint = number};
	return 0;
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"order", NULL};
	const char *order = argument_get(arguments, count, "order");
	struct state *state;
	int code = arguments_check(arguments, count, known, "port", err);

	if (code)
		return code;
	if (order && strcmp(order, "network") != 0 && strcmp(order, "host") != 0)
		return err_set(err, -EINVAL,
			"found the order '%.60s', expected 'network' or 'host'", order);
	state = malloc(sizeof(*state));
	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	state->host_order = order && strcmp(order, "host") == 0;
	*result = state;
	return 0;
}

const struct decoder decoder_port = {
	.name = "port",
	.lengths = DECODE_INTEGERS,
	.help = "port number of 2 bytes in network order, or with 'order: host' in the machine's",
	.init = init,
	.fini = free,
	.decode = decode,
};
