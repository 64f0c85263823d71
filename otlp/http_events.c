/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http_events.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"

static void on_socket_event(void *context, int fd, uint32_t ready)
{
	struct http_events *events = context;
	int mask = 0, running;

	if (ready & EPOLLIN)
		mask |= CURL_CSELECT_IN;
	if (ready & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (ready & (EPOLLERR | EPOLLHUP))
		mask |= CURL_CSELECT_ERR;
	curl_multi_socket_action(events->multi, fd, mask, &running);
	events->progress(events->context);
}

static void on_timer(void *context)
{
	struct http_events *events = context;
	int running;

	curl_multi_socket_action(events->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	events->progress(events->context);
}

/* libcurl says which events of a socket it waits for. */
static int on_want_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket)
{
	struct http_events *events = context;
	struct loop_fd *watched = socket;
	uint32_t wanted = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		loop_remove_fd(watched);
		curl_multi_assign(events->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		wanted |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		wanted |= EPOLLOUT;
	if (watched)
		return loop_change_fd(watched, wanted) ? -1 : 0;
	if (loop_add_fd(events->loop, fd, wanted, on_socket_event, events, &watched))
		return -1;
	curl_multi_assign(events->multi, fd, watched);
	return 0;
}

static int on_want_timer(CURLM *multi, long timeout_ms, void *context)
{
	struct http_events *events = context;

	(void)multi;
	if (timeout_ms < 0)
		loop_timer_clear(&events->timer);
	else
		loop_timer_set(&events->timer,
			clock_monotonic_ns() + (uint64_t)timeout_ms * NSEC_PER_MSEC);
	return 0;
}

int http_events_init(struct http_events *events, struct loop *loop, void (*progress)(void *context),
	void *context)
{
	*events = (struct http_events){.loop = loop, .progress = progress, .context = context};
	loop_timer_init(&events->timer, loop, on_timer, events);
	events->multi = curl_multi_init();
	if (!events->multi)
		return -ENOMEM;
	curl_multi_setopt(events->multi, CURLMOPT_SOCKETFUNCTION, on_want_socket);
	curl_multi_setopt(events->multi, CURLMOPT_SOCKETDATA, events);
	curl_multi_setopt(events->multi, CURLMOPT_TIMERFUNCTION, on_want_timer);
	curl_multi_setopt(events->multi, CURLMOPT_TIMERDATA, events);
	return 0;
}

void http_events_fini(struct http_events *events)
{
	if (!events->multi)
		return;
	curl_multi_cleanup(events->multi);
	loop_timer_clear(&events->timer);
	events->multi = NULL;
}
