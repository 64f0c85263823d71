/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <cmocka.h>

#include "fixture.h"

static char lines[8][256];
static enum probe_log_level levels[8];
static size_t count;

static void record(enum probe_log_level level, const char *text)
{
	assert_true(count < ARRAY_SIZE(lines));
	strncpy(lines[count], text, sizeof(lines[0]) - 1);
	levels[count++] = level;
}

/* As libbpf calls it. */
static PRINTF_LIKE(3, 4) void say(
	libbpf_print_fn_t print, enum libbpf_print_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(level, format, args);
	va_end(args);
}

static libbpf_print_fn_t installed(void)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);

	libbpf_set_print(print);
	return print;
}

static int start(void **state)
{
	(void)state;
	memset(lines, 0, sizeof(lines));
	count = 0;
	probe_set_log(record);
	probe_log_begin();
	return 0;
}

static void messages_are_lines_one_level_lower(void **state)
{
	(void)state;

	say(installed(), LIBBPF_WARN, "libbpf: map '%s': no\n", "x");
	say(installed(), LIBBPF_INFO, "libbpf: hello\n");
	say(installed(), LIBBPF_WARN, "first\nsecond\n\nthird\n");
	assert_int_equal(count, 5);
	assert_string_equal(lines[0], "map 'x': no");
	assert_int_equal(levels[0], PROBE_LOG_INFO);
	assert_string_equal(lines[1], "hello");
	assert_int_equal(levels[1], PROBE_LOG_DEBUG);
	assert_string_equal(lines[2], "first");
	assert_int_equal(levels[2], PROBE_LOG_INFO);
	assert_string_equal(lines[3], "second");
	assert_int_equal(levels[3], PROBE_LOG_DEBUG);
	assert_string_equal(lines[4], "third");
}

static void last_warning_and_program_are_kept(void **state)
{
	char name[200];
	(void)state;

	assert_string_equal(probe_log_warning(), "");
	say(installed(), LIBBPF_WARN, "libbpf: prog 'one': failed to load: -22\n");
	say(installed(), LIBBPF_WARN, "libbpf: failed to load object\n");
	say(installed(), LIBBPF_INFO, "libbpf: prog 'two': fine\n");
	assert_string_equal(probe_log_warning(), "failed to load object");
	assert_string_equal(probe_log_program(), "one");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	say(installed(), LIBBPF_WARN, "libbpf: prog '%s': too long\n", name);
	assert_string_equal(probe_log_program(), "one");
	probe_log_begin();
	assert_string_equal(probe_log_warning(), "");
	assert_string_equal(probe_log_program(), "");
}

static void without_callback_warnings_are_still_kept(void **state)
{
	(void)state;

	probe_set_log(NULL);
	say(installed(), LIBBPF_WARN, "libbpf: kept\n");
	assert_string_equal(probe_log_warning(), "kept");
	assert_int_equal(count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(messages_are_lines_one_level_lower, start),
		cmocka_unit_test_setup(last_warning_and_program_are_kept, start),
		cmocka_unit_test_setup(without_callback_warnings_are_still_kept, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
