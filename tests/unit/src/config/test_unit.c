/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/unit.h"

static void units(void **state)
{
	static const char *const good[] = {"1", "s", "ms", "us", "ns", "min", "h", "d", "By", "kBy",
		"KiBy", "MiBy", "GiBy", "bit", "Hz", "MHz", "%", "Cel", "W", "mW", "J", "V", "A",
		"rad", "{packet}", "{request}/s", "By/s", "KiBy/s", "m/s2", "m.s-2", "kg.m2.s-2",
		"/s", "10*3", "10*-3.mol", "s{total}", "(s.By)/{x}", "1/s", "100", "[degF]",
		"[pi].rad", "10^6", "dam", "m+2"};
	static const char *const bad[] = {"", "seconds", "sec", "bytes", "byte", "B y", "KBy",
		"kmin", "mh", "ss", "s//By", "s.", "/", "()", "(s", "s)", "{", "{}", "{a", "a}",
		"}", "s{a}{b}", "{x y}", "s-", "s+x", "[nothing]", "[", "2By", "%%", "xs", "S/",
		"\xc2\xb5s", "{\xc2\xb5}", "s\n", "packets"};
	char why[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		const char *wrong = unit_check(good[i], why, sizeof(why));

		if (wrong)
			fail_msg("'%s': %s", good[i], wrong);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!unit_check(bad[i], why, sizeof(why)))
			fail_msg("'%s' is taken for a unit", bad[i]);
}

static void length(void **state)
{
	char unit[66], why[256];

	(void)state;
	memset(unit, 'a', sizeof(unit));
	unit[0] = '{';
	unit[62] = '}';
	unit[63] = '\0';
	assert_null(unit_check(unit, why, sizeof(why)));
	unit[62] = 'a';
	unit[63] = '}';
	unit[64] = '\0';
	assert_non_null(unit_check(unit, why, sizeof(why)));
	memset(unit, '(', 63);
	unit[63] = '\0';
	assert_non_null(unit_check(unit, why, sizeof(why)));
}

static void says_what_is_meant(void **state)
{
	char why[256];

	(void)state;
	assert_string_equal(unit_check("seconds", why, sizeof(why)),
		"'seconds' is not UCUM; did you mean 's'?");
	assert_string_equal(
		unit_check("bytes/s", why, sizeof(why)), "'bytes' is not UCUM; did you mean 'By'?");
	assert_string_equal(unit_check("packets", why, sizeof(why)),
		"'packets' is not UCUM; expected a unit such as s, By or 1, or for counted things "
		"their name in braces, such as {request}");
	assert_string_equal(unit_check("s/", why, sizeof(why)), "it ends where a unit is expected");
}

static void conversions(void **state)
{
	static const struct {
		const char *from, *to;
		enum unit_relation relation;
		uint64_t divisor;
	} rows[] = {
		{"ns", "s", UNIT_CONVERTS, UINT64_C(1000000000)},
		{"us", "s", UNIT_CONVERTS, 1000000},
		{"ms", "s", UNIT_CONVERTS, 1000},
		{"ns", "us", UNIT_CONVERTS, 1000},
		{"ns", "d", UNIT_CONVERTS, UINT64_C(86400000000000)},
		{"s", "s", UNIT_CONVERTS, 1},
		{"{x}", "{x}", UNIT_CONVERTS, 1},
		{"By", "KiBy", UNIT_CONVERTS, 1024},
		{"By", "TiBy", UNIT_CONVERTS, UINT64_C(1) << 40},
		{"KiBy", "MiBy", UNIT_CONVERTS, 1024},
		{"By", "GBy", UNIT_CONVERTS, 1000000000},
		{"s", "ns", UNIT_SMALLER, 0},
		{"KiBy", "By", UNIT_SMALLER, 0},
		{"kBy", "KiBy", UNIT_SMALLER, 0},
		{"ns", "By", UNIT_OTHER_KIND, 0},
		{"J", "kW", UNIT_UNKNOWN, 0},
		{"ns", "{x}", UNIT_UNKNOWN, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t divisor = 0;

		assert_int_equal(
			unit_divisor(rows[i].from, rows[i].to, &divisor), rows[i].relation);
		assert_int_equal(divisor, rows[i].divisor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units),
		cmocka_unit_test(length),
		cmocka_unit_test(says_what_is_meant),
		cmocka_unit_test(conversions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
