/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/sink_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	BODY_BYTES = 64 << 20,
	RETRY_MS = 100,
};

static void *grow(void *array, size_t count, size_t size)
{
	void *larger = reallocarray(array, count + 1, size);

	if (!larger)
		abort();
	return larger;
}

struct behaviour sink_next_behaviour(struct sink *sink)
{
	struct behaviour behaviour = {.kind = BEHAVE_OK};

	if (sink->script_next < sink->script_length) {
		behaviour = sink->script[sink->script_next];
		sink->script_next += !behaviour.forever;
	}
	return behaviour;
}

bool sink_cuts_early(struct sink *sink)
{
	if (sink->script_next == sink->script_length ||
		sink->script[sink->script_next].kind != BEHAVE_CUT_EARLY)
		return false;
	sink_next_behaviour(sink);
	return true;
}

void sink_keep(struct sink *sink, struct sink_request *request)
{
	request->again = request->length && sink->last.length == request->length &&
			 !memcmp(sink->last.data, request->body, request->length);
	buf_clear(&sink->last);
	buf_put(&sink->last, request->body, request->length);
	sink->requests = grow(sink->requests, sink->request_count, sizeof(request));
	sink->requests[sink->request_count++] = request;
	if (sink->callback)
		sink->callback(sink->context, request);
}

static void on_accept(void *context, int fd, uint32_t events)
{
	int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (accepted >= 0)
		connection_new(context, accepted);
}

static int sink_listen(struct sink *sink, struct err *err)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(sink->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	const int on = 1;
	int ret;

	sink->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sink->fd < 0 || setsockopt(sink->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
		bind(sink->fd, (struct sockaddr *)&address, sizeof(address)) ||
		listen(sink->fd, 16) || getsockname(sink->fd, (struct sockaddr *)&address, &size) ||
		loop_add_fd(sink->loop, sink->fd, EPOLLIN, on_accept, sink, &sink->watched)) {
		ret = err_set(
			err, -errno, "cannot listen on port %u: %s", sink->port, strerror(errno));
		sink_close_listener(sink);
		return ret;
	}
	sink->port = ntohs(address.sin_port);
	return 0;
}

static void on_back(void *context)
{
	struct sink *sink = context;

	/* Somebody may have the port for a moment. */
	if (sink_listen(sink, NULL))
		loop_timer_set(&sink->back, clock_monotonic_ns() + RETRY_MS * NSEC_PER_MSEC);
}

struct sink *sink_new(struct loop *loop, uint16_t port, struct err *err)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		abort();
	sink->loop = loop;
	sink->port = port;
	buf_init(&sink->last, BODY_BYTES);
	loop_timer_init(&sink->back, loop, on_back, sink);
	if (sink_listen(sink, err)) {
		sink_free(sink);
		return NULL;
	}
	return sink;
}

void sink_pass_on(struct sink *sink, uint16_t port)
{
	sink->receiver = port;
}

void sink_close_listener(struct sink *sink)
{
	loop_timer_clear(&sink->back);
	if (sink->fd < 0)
		return;
	loop_remove_fd(sink->watched);
	sink->watched = NULL;
	close(sink->fd);
	sink->fd = -1;
}

void sink_forget(struct sink *sink)
{
	for (size_t i = 0; i < sink->request_count; i++)
		request_free(sink->requests[i]);
	sink->request_count = 0;
	sink->script_length -= sink->script_next;
	if (sink->script_length)
		memmove(sink->script, sink->script + sink->script_next,
			sink->script_length * sizeof(*sink->script));
	sink->script_next = 0;
}

void sink_free(struct sink *sink)
{
	if (!sink)
		return;
	sink_close_connections(sink);
	sink_close_listener(sink);
	sink_forget(sink);
	buf_fini(&sink->last);
	free(sink->requests);
	free(sink->script);
	free(sink);
}

uint16_t sink_port(const struct sink *sink)
{
	return sink->port;
}

int sink_script(struct sink *sink, const char *text, struct err *err)
{
	struct behaviour behaviour;
	int ret = behaviour_parse(&behaviour, text, err);

	if (ret)
		return ret;
	sink->script = grow(sink->script, sink->script_length, sizeof(behaviour));
	sink->script[sink->script_length++] = behaviour;
	return 0;
}

size_t sink_script_left(const struct sink *sink)
{
	return sink->script_length - sink->script_next;
}

void sink_on_request(struct sink *sink, sink_callback *callback, void *context)
{
	sink->callback = callback;
	sink->context = context;
}

size_t sink_request_count(const struct sink *sink)
{
	return sink->request_count;
}

const struct sink_request *sink_request(const struct sink *sink, size_t index)
{
	return index < sink->request_count ? sink->requests[index] : NULL;
}

int sink_connection_count(const struct sink *sink)
{
	return sink->accepted;
}

void sink_close_connections(struct sink *sink)
{
	while (sink->connections)
		connection_close(sink->connections);
}

void sink_go_away(struct sink *sink, uint64_t away_ms)
{
	sink_close_listener(sink);
	loop_timer_set(&sink->back, clock_monotonic_ns() + away_ms * NSEC_PER_MSEC);
}
