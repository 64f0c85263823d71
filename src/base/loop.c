/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
	EVENTS_PER_ROUND = 64
};

struct loop_fd {
	struct loop *loop;
	int fd;
	loop_fd_callback *callback;
	void *context;
	bool removed;
	struct loop_fd *next_removed;
};

struct loop {
	int epoll;
	bool stopped;
	bool in_round; /* events of this round may still name removed descriptors */
	uint64_t now;
	struct loop_timer *timers;
	struct loop_fd *removed;
	int signal_fd;
	struct loop_fd *signal_watch;
	loop_signal_callback *signal_callback;
	void *signal_context;
};

struct loop *loop_new(struct err *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	loop->signal_fd = -1;
	loop->now = clock_monotonic_ns();
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		err_set(err, -errno, "epoll_create1: %s", strerror(errno));
		free(loop);
		return NULL;
	}
	return loop;
}

static void free_removed(struct loop *loop)
{
	while (loop->removed) {
		struct loop_fd *next = loop->removed->next_removed;

		free(loop->removed);
		loop->removed = next;
	}
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	loop_remove_fd(loop->signal_watch);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	free_removed(loop);
	close(loop->epoll);
	free(loop);
}

int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_callback *callback,
	void *context, struct loop_fd **result)
{
	struct loop_fd *watched = malloc(sizeof(*watched));
	struct epoll_event event = {.events = events, .data.ptr = watched};

	if (!watched)
		return -ENOMEM;
	*watched = (struct loop_fd){
		.loop = loop,
		.fd = fd,
		.callback = callback,
		.context = context,
	};
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event)) {
		int err = -errno;

		free(watched);
		return err;
	}
	*result = watched;
	return 0;
}

int loop_change_fd(struct loop_fd *watched, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watched};

	return epoll_ctl(watched->loop->epoll, EPOLL_CTL_MOD, watched->fd, &event) ? -errno : 0;
}

void loop_remove_fd(struct loop_fd *watched)
{
	struct loop *loop;

	if (!watched || watched->removed)
		return;
	loop = watched->loop;
	/* Fails harmlessly if the descriptor was closed before: epoll forgot it then. */
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watched->fd, NULL);
	if (!loop->in_round) {
		free(watched);
		return;
	}
	watched->removed = true;
	watched->next_removed = loop->removed;
	loop->removed = watched;
}

void loop_timer_init(
	struct loop_timer *timer, struct loop *loop, loop_timer_callback *callback, void *context)
{
	*timer = (struct loop_timer){.loop = loop, .callback = callback, .context = context};
}

void loop_timer_set(struct loop_timer *timer, uint64_t at)
{
	struct loop_timer **place = &timer->loop->timers;

	loop_timer_clear(timer);
	timer->at = at ? at : 1;
	while (*place && (*place)->at <= timer->at)
		place = &(*place)->next;
	timer->next = *place;
	*place = timer;
}

void loop_timer_clear(struct loop_timer *timer)
{
	if (!timer->at)
		return;
	for (struct loop_timer **place = &timer->loop->timers; *place; place = &(*place)->next) {
		if (*place == timer) {
			*place = timer->next;
			break;
		}
	}
	timer->at = 0;
	timer->next = NULL;
}

static void on_signal(void *context, int fd, uint32_t events)
{
	struct loop *loop = context;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		loop->signal_callback(loop->signal_context, (int)info.ssi_signo);
}

int loop_add_signals(struct loop *loop, const int *signals, loop_signal_callback *callback,
	void *context, struct err *err)
{
	sigset_t set;
	int result;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return err_set(err, -errno, "cannot block signals: %s", strerror(errno));
	loop->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signal_fd < 0)
		return err_set(err, -errno, "signalfd: %s", strerror(errno));
	loop->signal_callback = callback;
	loop->signal_context = context;
	result = loop_add_fd(loop, loop->signal_fd, EPOLLIN, on_signal, loop, &loop->signal_watch);
	if (result)
		return err_set(err, result, "cannot watch signals: %s", strerror(-result));
	return 0;
}

uint64_t loop_now(const struct loop *loop)
{
	return loop->now;
}

/* Milliseconds for epoll_wait, rounded up: a timer never fires early, and never spins. */
static int wait_time(const struct loop *loop, bool wait)
{
	uint64_t now, milliseconds;

	if (!wait || loop->stopped)
		return 0;
	if (!loop->timers)
		return -1;
	now = clock_monotonic_ns();
	if (loop->timers->at <= now)
		return 0;
	milliseconds = (loop->timers->at - now - 1) / NSEC_PER_MSEC + 1;
	return milliseconds > 3600000 ? 3600000 : (int)milliseconds;
}

static void run_timers(struct loop *loop)
{
	/* A timer that its own callback sets for "now" waits for the next round. */
	while (loop->timers && loop->timers->at <= loop->now) {
		struct loop_timer *timer = loop->timers;

		loop_timer_clear(timer);
		timer->callback(timer->context);
		if (loop->timers && loop->timers == timer && timer->at <= loop->now)
			break;
	}
}

int loop_run_once(struct loop *loop, bool wait, struct err *err)
{
	struct epoll_event events[EVENTS_PER_ROUND];
	int n;

	n = epoll_wait(loop->epoll, events, EVENTS_PER_ROUND, wait_time(loop, wait));
	if (n < 0 && errno != EINTR)
		return err_set(err, -errno, "epoll_wait: %s", strerror(errno));
	loop->now = clock_monotonic_ns();
	loop->in_round = true;
	for (int i = 0; i < n; i++) {
		struct loop_fd *watched = events[i].data.ptr;

		if (!watched->removed)
			watched->callback(watched->context, watched->fd, events[i].events);
	}
	run_timers(loop);
	loop->in_round = false;
	free_removed(loop);
	return 0;
}

int loop_run(struct loop *loop, struct err *err)
{
	loop->stopped = false;
	while (!loop->stopped) {
		int result = loop_run_once(loop, true, err);

		if (result)
			return result;
	}
	return 0;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
