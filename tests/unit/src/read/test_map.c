/* SPDX-License-Identifier: Apache-2.0 */
#include "read/map.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void fields_are_found_by_their_whole_name(void **state)
{
	static const struct field fields[] = {
		{.name = "pid", .size = 4},
		{.name = "id.dev", .offset = 4, .size = 4},
	};
	static const struct layout layout = {.size = 8, .fields = fields, .field_count = 2};
	static const struct layout empty = {.size = 8};
	(void)state;

	assert_ptr_equal(layout_find(&layout, "pid"), &fields[0]);
	assert_ptr_equal(layout_find(&layout, "id.dev"), &fields[1]);
	assert_null(layout_find(&layout, "pi"));
	assert_null(layout_find(&layout, "pids"));
	assert_null(layout_find(&layout, "dev"));
	assert_null(layout_find(&layout, ""));
	assert_null(layout_find(&empty, "pid"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_their_whole_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
