/* SPDX-License-Identifier: Apache-2.0 */
#include "read/cpus.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "read/reader.h"

static void lists_are_counted(void **state)
{
	static const struct {
		const char *text;
		uint32_t count, end; /* 0: refused */
	} cases[] = {
		{"0", 1, 1},
		{"0\n", 1, 1},
		{"0-3", 4, 4},
		{"0-3,8\n", 5, 9},
		{"0,2,4-7", 6, 8},
		{"7-7", 1, 8},
		{"0-65535", 65536, 65536},
		{"", 0, 0},
		{"\n", 0, 0},
		{"0\n\n", 0, 0},
		{" 0", 0, 0},
		{"0 ", 0, 0},
		{"0-", 0, 0},
		{"-3", 0, 0},
		{"-", 0, 0},
		{",", 0, 0},
		{"0,", 0, 0},
		{",0", 0, 0},
		{"0,,1", 0, 0},
		{"3-0", 0, 0},
		{"0-3,2", 0, 0},
		{"4,3", 0, 0},
		{"1,1", 0, 0},
		{"0-1-2", 0, 0},
		{"0x3", 0, 0},
		{"+1", 0, 0},
		{"a", 0, 0},
		{"0-65536", 0, 0},
		{"18446744073709551616", 0, 0},
		{"0-3:1/2", 0, 0},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t count = 99, end = 98;
		int rc = cpu_list_count(cases[i].text, &count, &end);

		if (cases[i].count) {
			assert_int_equal(rc, 0);
			assert_int_equal(count, cases[i].count);
			assert_int_equal(end, cases[i].end);
		} else {
			assert_int_equal(rc, -EINVAL);
			assert_int_equal(count, 99);
			assert_int_equal(end, 98);
		}
	}
}

static void long_list_is_refused(void **state)
{
	char text[5001];
	uint32_t count, end;
	(void)state;

	memset(text, '0', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(cpu_list_count(text, &count, &end), -EINVAL);
}

static void machine_has_cpus(void **state)
{
	long configured = sysconf(_SC_NPROCESSORS_ONLN);
	(void)state;

	if (access("/sys/devices/system/cpu/possible", R_OK) < 0)
		skip();
	assert_true(possible_cpus() >= (uint32_t)configured);
	assert_int_equal(possible_cpus(), possible_cpus());
	assert_true(possible_cpu_end() >= possible_cpus());
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_counted),
		cmocka_unit_test(long_list_is_refused),
		cmocka_unit_test(machine_has_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
