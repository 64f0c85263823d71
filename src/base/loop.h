/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread, one epoll. Sockets, timers and signals are events in it; callbacks never block.
 * A callback may add, change and remove any event, its own included.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_fd;

struct loop *loop_new(struct err *err);
void loop_free(struct loop *loop);

/* `events` as for epoll (EPOLLIN, EPOLLOUT). The descriptor stays the caller's: remove it before
 * closing it. */
typedef void loop_fd_callback(void *context, int fd, uint32_t events);
int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_callback *callback,
	void *context, struct loop_fd **result) MUST_CHECK;
int loop_change_fd(struct loop_fd *watched, uint32_t events) MUST_CHECK;
void loop_remove_fd(struct loop_fd *watched); /* accepts NULL */

typedef void loop_timer_callback(void *context);

/* Lives in the caller's memory, unmoved between loop_timer_init and loop_timer_clear. */
struct loop_timer {
	struct loop *loop;
	loop_timer_callback *callback;
	void *context;
	uint64_t at;		 /* CLOCK_MONOTONIC ns; 0: not set */
	struct loop_timer *next; /* list of set timers, earliest first */
};

void loop_timer_init(
	struct loop_timer *timer, struct loop *loop, loop_timer_callback *callback, void *context);
/* Fires once, at or after `at` (CLOCK_MONOTONIC ns); setting it again replaces the old time. */
void loop_timer_set(struct loop_timer *timer, uint64_t at);
void loop_timer_clear(struct loop_timer *timer);

/* Signals become events: each of the 0-terminated list is blocked and delivered to `callback`. */
typedef void loop_signal_callback(void *context, int signal);
int loop_add_signals(struct loop *loop, const int *signals, loop_signal_callback *callback,
	void *context, struct err *err) MUST_CHECK;

/* CLOCK_MONOTONIC ns at which the current round of events began. */
uint64_t loop_now(const struct loop *loop);

/* Serve events until loop_stop. 0, or a negative errno if epoll fails. */
int loop_run(struct loop *loop, struct err *err);
/* Serve what is ready or due; waits for the first event if `wait`. For tests. */
int loop_run_once(struct loop *loop, bool wait, struct err *err);
void loop_stop(struct loop *loop);
