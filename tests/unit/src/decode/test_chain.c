/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "base/limits.h"
#include "base/str.h"

static void without_decoders_the_type_decides(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(5), "u:5"},
		{SINT(-5), "i:-5"},
		{BOOLEAN(true), "b:true"},
		{STRING("x"), "x"},
		{STRING("a\0b"), "a"}, /* C strings end there, so everything does */
		{STRING("\xff"), "\xef\xbf\xbd"},
		{BYTES("\x01\x02"), "0102"},
		{BYTES(""), ""},
	};

	(void)state;
	check_rows(NULL, 0, rows, ARRAY_SIZE(rows));
}

static void steps_follow_each_other(void **state)
{
	static const struct decode_argument table[] = {{"EPIPE", "broken"}};
	static const struct decode_step steps[] = {
		{"uint", NULL, 0},
		{"errno", NULL, 0},
		{"static_map", table, 1},
	};
	static const struct decode_row rows[] = {
		{BYTES("\x20\0\0\0"), "broken"},
		{BYTES("\x01\0\0\0"), "unknown:EPERM"},
		{BYTES("\x01\0\0"), NULL},
	};

	(void)state;
	check_rows(steps, ARRAY_SIZE(steps), rows, ARRAY_SIZE(rows));
}

static void strings_are_cut_between_characters(void **state)
{
	static const struct decode_step step = {.decoder = "string"};
	char text[3 * LIMIT_ATTRIBUTE_STRING];
	struct value in = {.type = VALUE_BYTES, .length = sizeof(text), .bytes = text}, out;
	struct decode_chain *chain = chain_of(&step, 1);
	struct arena arena = {0};

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(run_exact(chain, &in, &out, &arena, NULL), 0);
	assert_int_equal(out.length, LIMIT_ATTRIBUTE_STRING);
	for (size_t i = 1; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	assert_int_equal(run_exact(chain, &in, &out, &arena, NULL), 0);
	assert_int_equal(out.length, LIMIT_ATTRIBUTE_STRING - 1);
	assert_true(utf8_is_valid(out.string, out.length));
	memset(text, 0xff, sizeof(text));
	assert_int_equal(run_exact(chain, &in, &out, &arena, NULL), 0);
	assert_int_equal(out.length, LIMIT_ATTRIBUTE_STRING / 3 * 3);
	assert_true(utf8_is_valid(out.string, out.length));
	decode_chain_free(chain);
	chain = chain_of(NULL, 0);
	assert_int_equal(run_exact(chain, &in, &out, &arena, NULL), 0); /* as hex */
	assert_int_equal(out.length, LIMIT_ATTRIBUTE_STRING);
	decode_chain_free(chain);
	arena_fini(&arena);
}

static void wrong_chains(void **state)
{
	static const struct decode_argument argument[] = {{"x", "y"}};
	static const struct {
		struct decode_step step;
		const char *message;
	} rows[] = {
		{{"unit", NULL, 0}, "found the decoder 'unit'; did you mean 'uint'?"},
		{{"frobnicate", NULL, 0},
			"found the decoder 'frobnicate', which does not exist; 'otelbpf list' "
			"knows those that do"},
		{{"uint", argument, 1},
			"found the argument 'x' of the decoder 'uint', expected none"},
		{{"ksym", argument, 1},
			"found the argument 'x' of the decoder 'ksym', expected 'path'"},
		{{"static_map", NULL, 0},
			"found the decoder 'static_map' without arguments, expected 'decode: { "
			"static_map: { ... } }'"},
	};
	struct decode_step many[LIMIT_DECODERS_PER_CHAIN + 1];
	struct decode_chain *chain;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(decode_chain_new(&chain, &rows[i].step, 1, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].message);
	}
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct decode_step){.decoder = "uint"};
	assert_int_equal(decode_chain_new(&chain, many, ARRAY_SIZE(many), &err), -EINVAL);
	assert_int_equal(decode_chain_new(&chain, many, LIMIT_DECODERS_PER_CHAIN, &err), 0);
	decode_chain_free(chain);
	decode_chain_free(NULL);
}

static void failure_names_the_decoder(void **state)
{
	static const struct decode_step step = {.decoder = "uint"};
	static const struct value in = BYTES("abc");
	struct decode_chain *chain = chain_of(&step, 1);
	struct arena arena = {0};
	struct value out;
	struct err err;

	(void)state;
	assert_int_equal(decode_chain_run(chain, &in, &out, &arena, &err), -EINVAL);
	assert_string_equal(
		err.text, "decoder uint: found 3 bytes, expected a number of 1, 2, 4 or 8");
	decode_chain_free(chain);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_decoders_the_type_decides),
		cmocka_unit_test(steps_follow_each_other),
		cmocka_unit_test(strings_are_cut_between_characters),
		cmocka_unit_test(wrong_chains),
		cmocka_unit_test(failure_names_the_decoder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
