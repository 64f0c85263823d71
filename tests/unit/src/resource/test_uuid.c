/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resource/uuid.h"

/* Expected values from Python's uuid.uuid5(). */
static void version_5(void **state)
{
	char text[UUID_TEXT], name[201];

	(void)state;
	uuid_v5("0123456789abcdef0123456789abcdef:otelbpf", text);
	assert_string_equal(text, "01ea6179-ec69-5076-8bf5-3a1057048b4a");
	uuid_v5("", text);
	assert_string_equal(text, "778f72e5-f77c-594e-9915-b8a66fe1b88d");
	memset(name, 'x', 200);
	name[200] = '\0';
	uuid_v5(name, text);
	assert_string_equal(text, "6ee913e8-79f5-5d01-bdb9-cfcdb05862ba");
}

static void version_4(void **state)
{
	unsigned char random[16];
	char text[UUID_TEXT];

	(void)state;
	memset(random, 0xff, sizeof(random));
	uuid_v4(random, text);
	assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
	memset(random, 0, sizeof(random));
	uuid_v4(random, text);
	assert_string_equal(text, "00000000-0000-4000-8000-000000000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_5),
		cmocka_unit_test(version_4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
