/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <string.h>

#include "test.h"

static void test_grows(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100000);
	for (int i = 0; i < 10000; i++)
		buf_printf(&buf, "%04d", i);
	assert_false(buf.failed);
	assert_int_equal(buf.length, 40000);
	assert_memory_equal(buf.data + 4 * 1234, "1234", 4);
	buf_clear(&buf);
	assert_int_equal(buf.length, 0);
	assert_true(buf.capacity >= 40000);
	buf_fini(&buf);
	buf_fini(&buf);
}

static void test_limit_is_exact_and_failure_sticks(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	for (int i = 0; i < 1000; i++)
		buf_putc(&buf, 'x');
	assert_false(buf.failed);
	buf_putc(&buf, 'y');
	assert_true(buf.failed);
	assert_int_equal(buf.length, 1000);
	buf.length = 0;
	buf_puts(&buf, "more");
	assert_int_equal(buf.length, 0);
	assert_null(buf_extend(&buf, 1));
	buf_clear(&buf);
	buf_puts(&buf, "more");
	assert_false(buf.failed);
	assert_memory_equal(buf.data, "more", 4);
	buf_fini(&buf);
}

static void test_huge_sizes_do_not_wrap(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, SIZE_MAX);
	buf_puts(&buf, "x");
	assert_null(buf_extend(&buf, SIZE_MAX));
	assert_true(buf.failed);
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_limit_is_exact_and_failure_sticks),
		cmocka_unit_test(test_huge_sizes_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
