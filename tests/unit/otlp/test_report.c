/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/report.h"

#include <string.h>

#include "test.h"

static void test_the_first_of_the_worst_is_kept(void **state)
{
	struct report report = {.where = "http://h/"};

	(void)state;
	report_tell(&report, SEVERITY_WARNING, NULL, "careful %d", 1);
	assert_string_equal(report.result.error, "http://h/: careful 1");
	assert_null(report.result.error_type);
	report_tell(&report, SEVERITY_FAILED, "503", "first");
	report_tell(&report, SEVERITY_FAILED, "504", "second");
	report_tell(&report, SEVERITY_REJECTED, "rejected", "third");
	assert_string_equal(report.result.error, "http://h/: first");
	assert_string_equal(report.result.error_type, "503");
}

static void test_a_long_url_leaves_room_for_the_reason(void **state)
{
	char where[2001];
	struct report report = {.where = where};

	(void)state;
	memset(where, 'u', sizeof(where) - 1);
	where[sizeof(where) - 1] = '\0';
	report_tell(&report, SEVERITY_FAILED, "404", "the reason %s", where);
	assert_int_equal(strlen(report.result.error), sizeof(report.result.error) - 1);
	assert_non_null(strstr(report.result.error, "uuu: the reason uuu"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_of_the_worst_is_kept),
		cmocka_unit_test(test_a_long_url_leaves_room_for_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
