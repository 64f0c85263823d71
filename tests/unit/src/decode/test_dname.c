/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "base/limits.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define WIRE_63	 "\x3f" LABEL_63

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("\3www\7example\3com\0"), "www.example.com"},
		{BYTES("\3www\7example\3com"), "www.example.com"}, /* cut at its end by `string` */
		{BYTES("\7example\3com\0\0\0\0\0\xff\xff"), "example.com"},
		{STRING("\7example\3com"), "example.com"},
		{BYTES("\0"), "."},
		{BYTES(""), "."},
		{BYTES("\1a"), "a"},
		{BYTES(WIRE_63), LABEL_63},
		{BYTES(WIRE_63 WIRE_63 WIRE_63 "\x3e" LABEL_63), NULL}, /* the label is one short */
		{BYTES(WIRE_63 WIRE_63 WIRE_63 "\x3d" LABEL_63), NULL},
		{BYTES(WIRE_63 WIRE_63 WIRE_63 WIRE_63), NULL}, /* 256 bytes */
		{BYTES("\3a.b\1\\\2a\x01\2\xff "), "a\\.b.\\\\.a\\001.\\255\\032"},
		{BYTES("\x40" LABEL_63 "a"), NULL}, /* labels have at most 63 bytes */
		{BYTES("\xc0\x0c"), NULL},	    /* compression */
		{BYTES("\3ww"), NULL},
		{BYTES("\3"), NULL},
		{BYTES("\7example\3co"), NULL},
		{UINT(5), NULL},
		{SINT(5), NULL},
		{BOOLEAN(true), NULL},
	};

	(void)state;
	check_decoder("dname", rows, ARRAY_SIZE(rows));
}

/* 253 bytes that all have to be escaped. */
static void longest(void **state)
{
	struct decode_chain *chain = chain_of(&(struct decode_step){.decoder = "dname"}, 1);
	static char wire[255], text[LIMIT_ATTRIBUTE_STRING];
	const struct value in = {.type = VALUE_BYTES, .length = sizeof(wire), .bytes = wire};
	struct arena arena = {0};
	struct value out;
	size_t used = 0;

	(void)state;
	memset(wire, 0xfe, sizeof(wire));
	for (size_t at = 0; at + 1 < sizeof(wire); at += 64) {
		size_t length = sizeof(wire) - 1 - at - 1;

		wire[at] = (char)(length > 63 ? 63 : length);
		for (size_t i = 0; i < (size_t)wire[at]; i++)
			used += (size_t)sprintf(text + used, "\\254");
		if (at + 64 + 1 < sizeof(wire))
			text[used++] = '.';
	}
	wire[sizeof(wire) - 1] = '\0';
	text[used] = '\0';
	assert_int_equal(run_exact(chain, &in, &out, &arena, NULL), 0);
	assert_string_equal(out.string, text);
	decode_chain_free(chain);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
