/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "decode/decoders.h"
#include "decode/value.h"

static bool is_word(const struct value *value, const char *word)
{
	return value->type == VALUE_STRING && value->length == strlen(word) &&
	       memcmp(value->string, word, value->length) == 0;
}

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	bool yes = is_word(in, "true");
	uint64_t number;

	(void)state;
	(void)arena;
	if (!yes && !is_word(in, "false")) {
		int result = value_to_index(in, &number, err);

		if (result)
			return result;
		yes = number != 0;
	}
	*out = (struct value){.type = VALUE_BOOL, .boolean = yes};
	return 0;
}

const struct decoder decoder_bool = {
	.name = "bool",
	.lengths = DECODE_INTEGERS,
	.help = "false for 0, true for any other number of 1, 2, 4 or 8 bytes",
	.decode = decode,
};
