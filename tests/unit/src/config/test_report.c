/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "config/report.h"

static void nothing_wrong(void **state)
{
	struct report report;
	struct err err;

	(void)state;
	report_init(&report, "f", &err);
	assert_int_equal(report_end(&report), 0);
	assert_string_equal(err.text, "");
}

static void one_line_each(void **state)
{
	struct report report;
	struct err err;

	(void)state;
	report_init(&report, "dir/f.yaml", &err);
	report_add(&report, (struct position){1, 2}, "found %s", "a");
	report_add(&report, (struct position){30, 4}, "found b");
	assert_int_equal(report_end(&report), -EINVAL);
	assert_string_equal(err.text, "dir/f.yaml:1:2: found a\ndir/f.yaml:30:4: found b");
}

static void hostile_text_stays_one_line_of_utf8(void **state)
{
	struct report report;
	struct err err;

	(void)state;
	report_init(&report, "f", &err);
	report_add(&report, (struct position){1, 1},
		"a\nb\tc\033d\x7f"
		"e\xff");
	assert_int_equal(report_end(&report), -EINVAL);
	assert_string_equal(err.text, "f:1:1: a b c d e\xef\xbf\xbd");
}

static void too_many_are_counted(void **state)
{
	struct report report;
	struct err err;
	size_t lines = 1;

	(void)state;
	report_init(&report, "f", &err);
	for (int i = 0; i < LIMIT_ERRORS_REPORTED + 5; i++)
		report_add(&report, (struct position){1, 1}, "x");
	assert_int_equal(report_end(&report), -EINVAL);
	for (const char *c = err.text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, LIMIT_ERRORS_REPORTED + 1);
	assert_non_null(strstr(err.text, "\nand 5 more errors"));
}

static void too_long_are_counted(void **state)
{
	struct report report;
	char text[600], last[64];
	size_t added = sizeof(((struct err *)0)->text) / sizeof(text) + 2;
	struct err err;

	(void)state;
	assert_true(added < LIMIT_ERRORS_REPORTED);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	report_init(&report, "f", &err);
	for (size_t i = 0; i < added; i++)
		report_add(&report, (struct position){1, 1}, "%s", text);
	assert_int_equal(report_end(&report), -EINVAL);
	assert_int_equal(strspn(strchr(err.text, 'a'), "a"), sizeof(text) - 1);
	assert_in_range(report.left_out, 1, added - 1);
	snprintf(last, sizeof(last), "\nand %zu more error", report.left_out);
	assert_non_null(strstr(err.text, last));
}

static void without_err_only_the_code(void **state)
{
	struct report report;

	(void)state;
	report_init(&report, "f", NULL);
	for (int i = 0; i < LIMIT_ERRORS_REPORTED + 5; i++)
		report_add(&report, (struct position){1, 1}, "x");
	assert_int_equal(report_end(&report), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_wrong),
		cmocka_unit_test(one_line_each),
		cmocka_unit_test(hostile_text_stays_one_line_of_utf8),
		cmocka_unit_test(too_many_are_counted),
		cmocka_unit_test(too_long_are_counted),
		cmocka_unit_test(without_err_only_the_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
