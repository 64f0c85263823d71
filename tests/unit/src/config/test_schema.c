/* SPDX-License-Identifier: Apache-2.0 */
/* Whether it is right is tested with definitions, by tests/schema/check.py. */
#include "config/schema.h"

#include <string.h>

#include "test.h"

static const char *const decoders[] = {"first", "second", NULL};

static void braces_and_quotes_match(void **state)
{
	char open[64];
	size_t depth = 0, deepest = 0;
	bool quoted = false;
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	definition_schema(decoders, &out);
	assert_false(out.failed);
	for (size_t i = 0; i < out.length; i++) {
		char c = (char)out.data[i];

		assert_true(c == '\n' || (c >= ' ' && c <= '~'));
		if (c == '\\' && quoted)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			open[depth++] = c;
		else if (!quoted && (c == '}' || c == ']'))
			assert_int_equal(open[--depth], c == '}' ? '{' : '[');
		assert_true(depth < sizeof(open));
		deepest = depth > deepest ? depth : deepest;
	}
	assert_int_equal(depth, 0);
	assert_false(quoted);
	assert_true(deepest > 5);
	buf_fini(&out);
}

static void all_keys_and_decoders_are_there(void **state)
{
	static const char *const texts[] = {"\"version\": {", "\"metrics\": {",
		"\"measured_in\": {", "\"any_of\": {", "\"decode\": {", "\"bucket_multiplier\": {",
		"\"kaddrs\": {", "[\"first\", \"second\"]",
		"\"required\": [\"version\", \"description\", \"metrics\"]", "\"exp2zero\""};
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	definition_schema(decoders, &out);
	buf_putc(&out, '\0');
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!strstr((const char *)out.data, texts[i]))
			fail_msg("%s is not in the schema", texts[i]);
	buf_fini(&out);
}

static void what_has_no_room_has_failed(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	definition_schema(decoders, &out);
	assert_true(out.failed);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(braces_and_quotes_match),
		cmocka_unit_test(all_keys_and_decoders_are_there),
		cmocka_unit_test(what_has_no_room_has_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
