/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "test.h"

static void test_text(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_set(&err, -EINVAL, "found %d", 3), -EINVAL);
	assert_string_equal(err.text, "found 3");
	assert_int_equal(err_prefix(&err, -EIO, "pack %s: ", "x"), -EIO);
	assert_string_equal(err.text, "pack x: found 3");
	assert_int_equal(err_add_line(&err, -EPERM, "and %s", "more"), -EPERM);
	assert_string_equal(err.text, "pack x: found 3\nand more");
	assert_int_equal(err_set(NULL, -EINVAL, "nobody asks"), -EINVAL);
	assert_int_equal(err_prefix(NULL, -EINVAL, "nobody asks"), -EINVAL);
	assert_int_equal(err_add_line(NULL, -EINVAL, "nobody asks"), -EINVAL);
}

static void test_long_text_is_cut(void **state)
{
	char text[2 * sizeof(((struct err *)0)->text)];
	struct err err = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, 0, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_prefix(&err, 0, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	for (int i = 0; i < 3; i++)
		err_add_line(&err, 0, "line");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void test_what_is_quoted_is_text(void **state)
{
	char text[sizeof(((struct err *)0)->text)];
	struct err err = {0};

	(void)state;
	err_set(&err, 0, "found '%.4s'", "abc\xc3\xa9");
	assert_string_equal(err.text, "found 'abc\xef\xbf\xbd'");
	err_prefix(&err, 0, "pack %s: ", "\xff");
	assert_string_equal(err.text, "pack \xef\xbf\xbd: found 'abc\xef\xbf\xbd'");
	err_set(&err, 0, "one");
	err_add_line(&err, 0, "%s", "\x80");
	assert_string_equal(err.text, "one\n\xef\xbf\xbd");
	/* Where it is cut, and where there is no room for what stands instead. */
	memset(text, 'x', sizeof(text) - 2);
	text[sizeof(text) - 2] = '\0';
	err_set(&err, 0, "%s\xc3\xa9", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 2);
	memset(text, 0xff, sizeof(text) - 2);
	err_set(&err, 0, "%s", text);
	assert_true(utf8_is_valid(err.text, strlen(err.text)));
	assert_in_range(strlen(err.text), sizeof(err.text) - 4, sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_long_text_is_cut),
		cmocka_unit_test(test_what_is_quoted_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
