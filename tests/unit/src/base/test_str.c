/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <string.h>

#include "base/compiler.h"
#include "test.h"

static void test_u64(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t value;
	} cases[] = {
		{"0", 0, 0},
		{"007", 0, 7},
		{"18446744073709551615", 0, UINT64_MAX},
		{"18446744073709551616", -ERANGE, 0},
		{"99999999999999999999999", -ERANGE, 0},
		{"0x10", 0, 16},
		{"0XfF", 0, 255},
		{"0xffffffffffffffff", 0, UINT64_MAX},
		{"0x10000000000000000", -ERANGE, 0},
		{"", -EINVAL, 0},
		{"0x", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"10s", -EINVAL, 0},
		{"1e3", -EINVAL, 0},
		{"f", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = 12345;

		assert_int_equal(str_to_u64(cases[i].text, &value), cases[i].result);
		assert_int_equal(value, cases[i].result ? 12345 : cases[i].value);
	}
}

static void test_s64(void **state)
{
	int64_t value = 0;

	(void)state;
	assert_int_equal(str_to_s64("-9223372036854775808", &value), 0);
	assert_true(value == INT64_MIN);
	assert_int_equal(str_to_s64("9223372036854775807", &value), 0);
	assert_true(value == INT64_MAX);
	assert_int_equal(str_to_s64("9223372036854775808", &value), -ERANGE);
	assert_int_equal(str_to_s64("-9223372036854775809", &value), -ERANGE);
	assert_int_equal(str_to_s64("-", &value), -EINVAL);
	assert_int_equal(str_to_s64("--1", &value), -EINVAL);
}

static void test_percent_decode(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"plain+text", "plain+text"},
		{"DF%3A28", "DF:28"},
		{"%41%62%2c", "Ab,"},
		{"%C3%A4", "\xc3\xa4"},
		{"%", NULL},
		{"%4", NULL},
		{"%XX", NULL},
		{"%00", NULL},
		{"a%2", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[64];
		int length;

		strcpy(text, cases[i].in);
		length = str_percent_decode(text);
		if (!cases[i].out) {
			assert_int_equal(length, -EINVAL);
			continue;
		}
		assert_int_equal(length, strlen(cases[i].out));
		assert_string_equal(text, cases[i].out);
	}
}

static void test_trim(void **state)
{
	char both[] = " \t a b \t", none[] = "x", blank[] = "  ";

	(void)state;
	assert_string_equal(str_trim(both), "a b");
	assert_string_equal(str_trim(none), "x");
	assert_string_equal(str_trim(blank), "");
}

#define BAD "\xef\xbf\xbd"

/* The examples of Unicode 15, section 3.9, tables 3-8 to 3-11, and edges of table 3-7. */
static void test_utf8(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"ascii", "ascii"},
		{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x9d", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x9d"},
		{"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A"},
		{"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A"},
		{"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", BAD BAD BAD BAD BAD "A" BAD BAD "B"},
		{"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", BAD BAD BAD BAD "A"},
		{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
		{"cut\xe2\x82", "cut" BAD},
		{"cut\xf0", "cut" BAD},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t length = strlen(cases[i].in);
		char out[64] = "";

		assert_int_equal(utf8_sanitize(out, sizeof(out) - 1, cases[i].in, length),
			strlen(cases[i].out));
		assert_string_equal(out, cases[i].out);
		assert_int_equal(
			utf8_is_valid(cases[i].in, length), !strcmp(cases[i].in, cases[i].out));
		assert_true(utf8_is_valid(out, strlen(out)));
	}
}

static void test_utf8_cuts_between_characters(void **state)
{
	char out[8] = "";

	(void)state;
	assert_int_equal(utf8_sanitize(out, 4, "ab\xe2\x82\xac", 5), 2);
	assert_string_equal(out, "ab");
	assert_int_equal(utf8_sanitize(out, 4, "abc\xff", 4), 3);
	assert_int_equal(utf8_sanitize(out, 0, "abc", 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_s64),
		cmocka_unit_test(test_percent_decode),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
