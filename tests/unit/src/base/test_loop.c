/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "test.h"

struct trace {
	struct loop *loop;
	struct loop_fd *watched[2];
	struct loop_timer *timer;
	char text[64];
	size_t length;
};

struct mark {
	struct trace *trace;
	char letter;
};

static void note(struct trace *trace, char letter)
{
	trace->text[trace->length++] = letter;
}

static void on_mark(void *context)
{
	struct mark *mark = context;

	note(mark->trace, mark->letter);
}

static void test_timers_fire_in_order(void **state)
{
	struct trace trace = {.loop = loop_new(NULL)};
	struct mark marks[4] = {{&trace, 'a'}, {&trace, 'b'}, {&trace, 'c'}, {&trace, 'd'}};
	uint64_t now = clock_monotonic_ns();
	struct loop_timer timers[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		loop_timer_init(&timers[i], trace.loop, on_mark, &marks[i]);
	loop_timer_set(&timers[2], now + 1);
	loop_timer_set(&timers[1], now);
	loop_timer_set(&timers[0], now - 5);
	loop_timer_set(&timers[3], now + 1); /* same time: in the order of setting */
	loop_timer_set(&timers[0], now - 10);
	while (trace.length < 4)
		assert_int_equal(loop_run_once(trace.loop, true, NULL), 0);
	assert_string_equal(trace.text, "abcd");
	loop_timer_set(&timers[0], now);
	loop_timer_clear(&timers[0]);
	loop_timer_clear(&timers[0]);
	assert_int_equal(loop_run_once(trace.loop, false, NULL), 0);
	assert_int_equal(trace.length, 4);
	loop_free(trace.loop);
}

static void on_again(void *context)
{
	struct trace *trace = context;

	note(trace, 't');
	loop_timer_set(trace->timer, 1);
}

static void test_timer_that_sets_itself_does_not_starve_the_loop(void **state)
{
	struct trace trace = {.loop = loop_new(NULL)};
	struct loop_timer timer;

	(void)state;
	trace.timer = &timer;
	loop_timer_init(&timer, trace.loop, on_again, &trace);
	loop_timer_set(&timer, 1);
	assert_int_equal(loop_run_once(trace.loop, true, NULL), 0);
	assert_int_equal(trace.length, 1);
	assert_int_equal(loop_run_once(trace.loop, true, NULL), 0);
	assert_int_equal(trace.length, 2);
	loop_free(trace.loop);
}

/* Both descriptors are ready in one round; whoever is served first removes both. */
static void on_readable(void *context, int fd, uint32_t events)
{
	struct trace *trace = context;

	(void)fd;
	assert_true(events & EPOLLIN);
	note(trace, 'r');
	loop_remove_fd(trace->watched[0]);
	loop_remove_fd(trace->watched[1]);
}

static void test_removed_descriptor_is_not_served(void **state)
{
	struct trace trace = {.loop = loop_new(NULL)};
	int pipes[2][2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		assert_int_equal(write(pipes[i][1], "x", 1), 1);
		assert_int_equal(loop_add_fd(trace.loop, pipes[i][0], EPOLLIN, on_readable, &trace,
					 &trace.watched[i]),
			0);
	}
	assert_int_equal(loop_run_once(trace.loop, true, NULL), 0);
	assert_int_equal(loop_run_once(trace.loop, false, NULL), 0);
	assert_string_equal(trace.text, "r");
	for (int i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	loop_free(trace.loop);
}

static void on_signal(void *context, int number)
{
	struct trace *trace = context;

	note(trace, number == SIGUSR1 ? '1' : '2');
	if (number == SIGUSR2)
		loop_stop(trace->loop);
}

static void test_signals_are_events(void **state)
{
	struct trace trace = {.loop = loop_new(NULL)};
	const int signals[] = {SIGUSR1, SIGUSR2, 0};
	struct err err = {0};

	(void)state;
	assert_int_equal(loop_add_signals(trace.loop, signals, on_signal, &trace, &err), 0);
	raise(SIGUSR1);
	raise(SIGUSR2);
	assert_int_equal(loop_run(trace.loop, &err), 0);
	assert_string_equal(trace.text, "12");
	loop_free(trace.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers_fire_in_order),
		cmocka_unit_test(test_timer_that_sets_itself_does_not_starve_the_loop),
		cmocka_unit_test(test_removed_descriptor_is_not_served),
		cmocka_unit_test(test_signals_are_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
