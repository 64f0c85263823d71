/* SPDX-License-Identifier: Apache-2.0 */
#include "config/substitute.h"

#include <string.h>

#include "base/compiler.h"
#include "test.h"

static const char *lookup(const char *name)
{
	static const struct {
		const char *name, *value;
	} variables[] = {
		{"STRING_VALUE", "value"},
		{"BOOL_VALUE", "true"},
		{"FLOAT_VALUE", "1.1"},
		{"HEX_VALUE", "0xdeadbeef"},
		{"INVALID_MAP_VALUE", "value\nkey:value"},
		{"REPLACE_ME", "${DO_NOT_REPLACE_ME}"},
		{"VALUE_WITH_ESCAPE", "value$$"},
		{"EMPTY", ""},
		{"_a1", "x"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		if (strcmp(variables[i].name, name) == 0)
			return variables[i].value;
	return NULL;
}

/* Most of them are the examples of the specification. */
static void test_values(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"plain", "plain"},
		{"${STRING_VALUE}", "value"},
		{"${env:STRING_VALUE}", "value"},
		{"${HEX_VALUE}", "0xdeadbeef"},
		{"${INVALID_MAP_VALUE}", "value\nkey:value"},
		{"foo ${STRING_VALUE} ${FLOAT_VALUE}", "foo value 1.1"},
		{"${UNDEFINED_KEY}", ""},
		{"${UNDEFINED_KEY:-fallback}", "fallback"},
		{"${EMPTY:-fallback}", "fallback"},
		{"${STRING_VALUE:-fallback}", "value"},
		{"${env:UNDEFINED_KEY:-a:-b}", "a:-b"},
		{"${UNDEFINED_KEY:-}", ""},
		{"${REPLACE_ME}", "${DO_NOT_REPLACE_ME}"},
		{"${UNDEFINED_KEY:-${STRING_VALUE}}", "${STRING_VALUE}"},
		{"$${STRING_VALUE}", "${STRING_VALUE}"},
		{"$$${STRING_VALUE}", "$value"},
		{"$$$${STRING_VALUE}", "$${STRING_VALUE}"},
		{"$${STRING_VALUE:-fallback}", "${STRING_VALUE:-fallback}"},
		{"$${STRING_VALUE:-${STRING_VALUE}}", "${STRING_VALUE:-value}"},
		{"${UNDEFINED_KEY:-$${UNDEFINED_KEY}}", "${UNDEFINED_KEY:-${UNDEFINED_KEY}}"},
		{"${VALUE_WITH_ESCAPE}", "value$$"},
		{"a $$ b", "a $ b"},
		{"a $ b", "a $ b"},
		{"$", "$"},
		{"$$", "$"},
		{"${STRING_VALUE", "${STRING_VALUE"},
		{"${_a1}${_a1}", "xx"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena arena = {0};
		const char *problem, *found = substitute(cases[i].in, lookup, &arena, &problem);

		if (!found || strcmp(found, cases[i].out) != 0)
			fail_msg("'%s': '%s'", cases[i].in, found ? found : problem);
		assert_null(problem);
		arena_fini(&arena);
	}
}

static void test_wrong(void **state)
{
	static const char *const cases[] = {"${1API_KEY}", "${API_$KEY}", "${STRING_VALUE:?error}",
		"${}", "${:-a}", "${a b}", "${file:STRING_VALUE}", "${STRING_VALUE} ${1}",
		"${STRING_VALUE:}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena arena = {0};
		const char *problem;

		if (substitute(cases[i], lookup, &arena, &problem))
			fail_msg("'%s' is taken", cases[i]);
		assert_non_null(problem);
		arena_fini(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
