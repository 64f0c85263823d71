/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static int log_pipe[2], real_stderr;

static int capture(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	return pipe(log_pipe) || fcntl(log_pipe[0], F_SETFL, O_NONBLOCK) ||
	       dup2(log_pipe[1], STDERR_FILENO) < 0;
}

static int release(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(log_pipe[0]);
	close(log_pipe[1]);
	close(real_stderr);
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

static const char *logged(void)
{
	static char text[8192];
	ssize_t n = read(log_pipe[0], text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void test_one_line_per_event(void **state)
{
	(void)state;
	log_warn("pack %s: %d", "x", 3);
	assert_string_equal(logged(), "otelbpf: warning: pack x: 3\n");
	log_error("line\notelbpf: error: forged\x1b[2J");
	assert_string_equal(logged(), "otelbpf: error: line\\notelbpf: error: forged\\x1b[2J\n");
}

static void test_levels(void **state)
{
	(void)state;
	log_debug("quiet");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("loud");
	assert_string_equal(logged(), "otelbpf: debug: loud\n");
	log_set_level(LOG_LEVEL_NONE);
	log_error("nobody hears");
	assert_string_equal(logged(), "");
}

static void test_long_lines_are_cut(void **state)
{
	char text[10000];

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_error("%s", text);
	assert_true(strlen(logged()) <= 4096);
}

static void test_repeated_failures_are_told_once(void **state)
{
	struct log_repeat repeat = {0};

	(void)state;
	log_repeat_success(&repeat, "it works");
	assert_string_equal(logged(), "");
	for (int i = 0; i < 5; i++)
		log_repeat_failure(&repeat, "connect", i ? "refused after 3 ms" : "refused");
	assert_string_equal(logged(), "otelbpf: warning: refused\n");
	log_repeat_failure(&repeat, "timeout", "timed out");
	assert_string_equal(logged(), "otelbpf: warning: timed out\n");
	log_repeat_success(&repeat, "it works");
	assert_string_equal(logged(), "otelbpf: info: it works again, after 6 failures\n");
	log_repeat_failure(&repeat, "timeout", "timed out");
	assert_string_equal(logged(), "otelbpf: warning: timed out\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_line_per_event, capture, release),
		cmocka_unit_test_setup_teardown(test_levels, capture, release),
		cmocka_unit_test_setup_teardown(test_long_lines_are_cut, capture, release),
		cmocka_unit_test_setup_teardown(
			test_repeated_failures_are_told_once, capture, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
