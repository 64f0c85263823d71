/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/console_value.h"

#include <math.h>
#include <string.h>

#include "test.h"

static void test_thousands(void **state)
{
	(void)state;
	assert_string_equal(text_integer(0).text, "0");
	assert_string_equal(text_integer(999).text, "999");
	assert_string_equal(text_integer(1000).text, "1,000");
	assert_string_equal(text_integer(-999).text, "-999");
	assert_string_equal(text_integer(-123456).text, "-123,456");
	assert_string_equal(text_integer(INT64_MIN).text, "-9,223,372,036,854,775,808");
	assert_string_equal(text_unsigned(UINT64_MAX).text, "18,446,744,073,709,551,615");
	assert_string_equal(text_double(1234567.25).text, "1,234,567.25");
	assert_string_equal(text_double(0.0001).text, "0.0001");
	assert_string_equal(text_double(1e20).text, "1e+20");
	assert_string_equal(text_double(-INFINITY).text, "-inf");
}

static void test_scales(void **state)
{
	static const struct {
		double value;
		const char *unit, *text;
	} rows[] = {
		{0, "s", "0"},
		{1, "s", "1 s"},
		{0.0125, "s", "12.5 ms"},
		{0.9999, "s", "1 s"},
		{0.9994, "s", "999 ms"},
		{1e-6, "s", "1 µs"},
		{3e-10, "s", "0.3 ns"},
		{90, "s", "1.5 min"},
		{86400 * 1234, "s", "1234 d"},
		{-2, "s", "-2 s"},
		{1500, "ms", "1.5 s"},
		{512, "By", "512 B"},
		{1536, "By", "1.5 KiB"},
		{1048576, "KiBy", "1 GiB"},
		{1234567, "{packet}", "1,234,567"},
		{0.12345678, "1", "0.1235"},
		{1e300, "1", "1e+300"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(text_scaled(rows[i].value, rows[i].unit).text, rows[i].text);
	assert_non_null(strstr(text_scaled(NAN, "s").text, "nan"));
}

static void test_exact_and_brackets(void **state)
{
	struct metric metric = {.desc = {.unit = "s", .divisor = 1000000000}};

	(void)state;
	assert_string_equal(text_exact(&metric, 1234567890).text, "1.23456789");
	assert_string_equal(text_in_brackets(&metric, 1234567890).text, "(1.23 s)");
	metric.desc.unit = "{call}";
	metric.desc.divisor = 1;
	assert_string_equal(text_exact(&metric, 1234567890).text, "1,234,567,890");
	assert_string_equal(text_in_brackets(&metric, 1234567890).text, "");
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("≤1 µs"), 5);
}

static void test_escapes(void **state)
{
	static const struct {
		const char *text, *escaped;
	} rows[] = {
		{"plain ö", "plain ö"},
		{"a\nb\tc", "a\\nb\\tc"},
		{"\033[31m", "\\x1b[31m"},
		{"\x7f\x01", "\\x7f\\x01"},
		{"a\\b", "a\\\\b"},
		{"\xc2\x9b"
		 "31m",
			"\\u009b31m"},
		{"\xc2\xa0", "\xc2\xa0"},
	};
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		buf_clear(&out);
		text_write_escaped(&out, rows[i].text, strlen(rows[i].text));
		buf_putc(&out, '\0');
		assert_string_equal((const char *)out.data, rows[i].escaped);
	}
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thousands),
		cmocka_unit_test(test_scales),
		cmocka_unit_test(test_exact_and_brackets),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
