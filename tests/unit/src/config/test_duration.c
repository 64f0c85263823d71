/* SPDX-License-Identifier: Apache-2.0 */
#include "config/duration.h"

#include <errno.h>

#include "test.h"

static void durations_have_units(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t ns;
	} cases[] = {
		{"500ms", 0, 500000000},
		{"10s", 0, UINT64_C(10000000000)},
		{"10m", 0, UINT64_C(600000000000)},
		{"1h", 0, UINT64_C(3600000000000)},
		{"7d", 0, UINT64_C(604800000000000)},
		{"0s", 0, 0},
		{"18446744073s", 0, UINT64_C(18446744073000000000)},
		{"18446744074s", -ERANGE, 7},
		{"99999999999999999999s", -ERANGE, 7},
		{"", -EINVAL, 7},
		{"s", -EINVAL, 7},
		{"10", -EINVAL, 7},
		{"10 s", -EINVAL, 7},
		{" 10s", -EINVAL, 7},
		{"-1s", -EINVAL, 7},
		{"1.5s", -EINVAL, 7},
		{"1h30m", -EINVAL, 7},
		{"1S", -EINVAL, 7},
		{"1w", -EINVAL, 7},
		{"1sx", -EINVAL, 7},
		{"000000000000000000000000000001s", -EINVAL, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t ns = 7;

		if (duration_parse(cases[i].text, &ns) != cases[i].result)
			fail_msg("%s: not %d", cases[i].text, cases[i].result);
		if (!cases[i].result)
			assert_int_equal(ns, cases[i].ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
