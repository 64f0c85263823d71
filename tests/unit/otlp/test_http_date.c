/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http_date.h"

#include <errno.h>

#include "base/compiler.h"
#include "test.h"

static const int64_t now = 1700000000; /* 2023 */

static void test_good(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
		{"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
		{"Sun Nov  6 08:49:37 1994", 784111777},
		{"Wed Nov 16 08:49:37 1994", 784975777},
		{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
		{"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199},
		{"Wed, 31 Dec 2036 23:59:60 GMT", 2114380800},
		{"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
		/* at most 50 years ahead, otherwise in the past */
		{"Monday, 01-Jan-73 00:00:00 GMT", 3250454400},
		{"Monday, 01-Jan-75 00:00:00 GMT", 157766400},
		{"Wednesday, 01-Jan-25 00:00:00 GMT", 1735689600},
	};
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(http_date_parse(rows[i].text, now, &seconds), 0);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

static void test_bad(void **state)
{
	static const char *const rows[] = {
		"",
		"Sun",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nix 1994 08:49:37 GMT",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT",
		"Sun, 29 Feb 2023 08:49:37 GMT",
		"Sun, 29 Feb 1900 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT",
		"Sun, 06 Nov 1994 08:60:00 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT",
		"Sun, 06 Nov 0000 08:49:37 GMT",
		"Sunday, 06-Nov-1994 08:49:37 GMT",
		"Sundayyyyyyyyyyyyyyyyyyy, 06-Nov-94 08:49:37 GMT",
		"Sun Nov 6 08:49:37 1994",
		"1994-11-06T08:49:37Z",
	};
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(http_date_parse(rows[i], now, &seconds), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
