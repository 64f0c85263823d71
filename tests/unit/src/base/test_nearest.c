/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/nearest.h"

static const char *near(const char *wanted, const char *const *names, size_t count)
{
	struct nearest nearest;

	nearest_init(&nearest, wanted);
	for (size_t i = 0; i < count; i++)
		nearest_offer(&nearest, names[i]);
	return nearest.name;
}

static void finds_the_name_that_was_meant(void **state)
{
	static const char *const names[] = {
		"counter", "updowncounter", "gauge", "histogram", "map", "unit", "name"};
	static const struct {
		const char *wanted, *expected;
	} rows[] = {
		{"counter", "counter"},
		{"countr", "counter"},	    /* one left out */
		{"coounter", "counter"},    /* one too many */
		{"conuter", "counter"},	    /* two swapped */
		{"Counter", "counter"},	    /* case does not count */
		{"histrogam", "histogram"}, /* swapped with one between */
		{"up_down_counter", "updowncounter"},
		{"mpa", "map"},
		{"nam", "name"},
		{"x", NULL},
		{"", NULL},
		{"summary", NULL},
		{"abc", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *found = near(rows[i].wanted, names, ARRAY_SIZE(names));

		if (rows[i].expected) {
			assert_non_null(found);
			assert_string_equal(found, rows[i].expected);
		} else if (found) {
			fail_msg("'%s' found '%s'", rows[i].wanted, found);
		}
	}
}

static void first_of_equals_stays(void **state)
{
	static const char *const names[] = {"read", "real"};

	(void)state;
	assert_string_equal(near("reax", names, 2), "read");
}

static void long_names_are_never_near(void **state)
{
	char a[200], b[200];
	const char *names[] = {b};

	(void)state;
	memset(a, 'a', sizeof(a));
	memset(b, 'a', sizeof(b));
	a[NEAREST_LENGTH + 1] = '\0';
	b[NEAREST_LENGTH] = '\0';
	assert_null(near(a, names, 1));
	a[NEAREST_LENGTH] = '\0';
	assert_ptr_equal(near(a, names, 1), b);
	b[NEAREST_LENGTH] = 'a';
	b[NEAREST_LENGTH + 1] = '\0';
	assert_null(near(a, names, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_name_that_was_meant),
		cmocka_unit_test(first_of_equals_stays),
		cmocka_unit_test(long_names_are_never_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
