/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http_header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "test.h"

static void test_headers(void **state)
{
	static const struct {
		const char *name, *value;
		int ret;
	} rows[] = {
		{"Authorization", "Bearer abc", 0},
		{"x-empty", "", 0},
		{"a!#$%&'*+-.^_`|~9", "tab\tand \xc3\xb6", 0},
		{"", "x", -EINVAL},
		{"a b", "x", -EINVAL},
		{"a:", "x", -EINVAL},
		{"a\n", "x", -EINVAL},
		{"\xc3\xb6", "x", -EINVAL},
		{"a", "x\r\nEvil: 1", -EINVAL},
		{"a", "x\x7f", -EINVAL},
		{"Content-Type", "text/plain", -EINVAL},
		{"content-length", "5", -EINVAL},
		{"EXPECT", "", -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct otlp_header header = {rows[i].name, rows[i].value};
		struct err err = {""};

		assert_int_equal(http_header_check(&header, &err), rows[i].ret);
		assert_int_equal(*err.text != '\0', rows[i].ret != 0);
	}
}

static void test_length(void **state)
{
	char *value = malloc(LIMIT_HEADER_BYTES + 1);
	struct otlp_header header = {"n", value};

	(void)state;
	assert_non_null(value);
	memset(value, 'v', LIMIT_HEADER_BYTES);
	value[LIMIT_HEADER_BYTES] = '\0';
	assert_int_equal(http_header_check(&header, NULL), -EINVAL);
	value[LIMIT_HEADER_BYTES - 1] = '\0';
	assert_int_equal(http_header_check(&header, NULL), 0);
	free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
