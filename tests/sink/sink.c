/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/sink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

enum {
	HEAD_BYTES = 64 << 10,
	BODY_BYTES = 64 << 20,
	SLOW_NS = 100000,
};

struct connection {
	struct sink *sink;
	struct connection *next;
	int fd, number;
	struct loop_fd *watched;
	struct loop_timer timer; /* of the next byte of a slow answer */
	struct buf in, out;
	size_t sent;
	bool slow, close_after;
};

struct sink {
	struct loop *loop;
	int fd;
	struct loop_fd *watched;
	uint16_t port;
	struct connection *connections;
	int accepted;
	struct behaviour *script;
	size_t script_length, script_next;
	struct sink_request **requests;
	size_t request_count;
	sink_callback *callback;
	void *context;
};

static void connection_close(struct connection *connection)
{
	struct connection **link = &connection->sink->connections;

	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	loop_remove_fd(connection->watched);
	loop_timer_clear(&connection->timer);
	close(connection->fd);
	buf_fini(&connection->in);
	buf_fini(&connection->out);
	free(connection);
}

static void *grow(void *array, size_t count, size_t size)
{
	void *larger = reallocarray(array, count + 1, size);

	if (!larger)
		abort();
	return larger;
}

static struct behaviour next_behaviour(struct sink *sink)
{
	struct behaviour behaviour = {.kind = BEHAVE_OK};

	if (sink->script_next < sink->script_length) {
		behaviour = sink->script[sink->script_next];
		sink->script_next += !behaviour.forever;
	}
	return behaviour;
}

/* True if the next request is to be cut before it is complete; that behaviour is then used up. */
static bool cuts_early(struct sink *sink)
{
	if (sink->script_next == sink->script_length ||
		sink->script[sink->script_next].kind != BEHAVE_CUT_EARLY)
		return false;
	next_behaviour(sink);
	return true;
}

/* Length of the request line and headers with the empty line; 0: not complete. */
static size_t head_length(const struct buf *in)
{
	const char *end = in->length ? memmem(in->data, in->length, "\r\n\r\n", 4) : NULL;

	return end ? (size_t)(end - (const char *)in->data) + 4 : 0;
}

/* SIZE_MAX if it is not there or too large. */
static size_t body_length(char *head)
{
	struct sink_request request = {.head = head};
	char *text = request_header(&request, "Content-Length");
	uint64_t length = SIZE_MAX;

	if (!text || str_to_u64(text, &length) || length > BODY_BYTES)
		length = SIZE_MAX;
	free(text);
	return length;
}

static void keep_request(
	struct sink *sink, struct sink_request *request, const struct behaviour *behaviour)
{
	request->accepted = answer_accepts(behaviour) && request->message;
	request->status = behaviour->kind == BEHAVE_STATUS     ? behaviour->status
			  : behaviour->kind == BEHAVE_REDIRECT ? 307
			  : answer_accepts(behaviour)	       ? 200
							       : 0;
	sink->requests = grow(sink->requests, sink->request_count, sizeof(request));
	sink->requests[sink->request_count++] = request;
	if (sink->callback)
		sink->callback(sink->context, request);
}

/* False if the connection is gone. */
static bool send_some(struct connection *connection)
{
	size_t left = connection->out.length - connection->sent;
	ssize_t n = 0;

	if (left) {
		n = send(connection->fd, connection->out.data + connection->sent,
			connection->slow ? 1 : left, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN) {
			connection_close(connection);
			return false;
		}
	}
	connection->sent += n > 0 ? (size_t)n : 0;
	if (connection->sent < connection->out.length) {
		if (connection->slow)
			loop_timer_set(&connection->timer, clock_monotonic_ns() + SLOW_NS);
		else if (loop_change_fd(connection->watched, EPOLLIN | EPOLLOUT))
			abort();
		return true;
	}
	if (connection->close_after) {
		connection_close(connection);
		return false;
	}
	if (loop_change_fd(connection->watched, EPOLLIN))
		abort();
	return true;
}

static void on_slow(void *context)
{
	send_some(context);
}

static void take_request(struct connection *connection, char *head, size_t head_size, size_t body)
{
	struct behaviour behaviour = next_behaviour(connection->sink);
	uint8_t *copy = malloc(body + 1);

	if (!copy)
		abort();
	memcpy(copy, connection->in.data + head_size, body);
	memmove(connection->in.data, connection->in.data + head_size + body,
		connection->in.length - head_size - body);
	connection->in.length -= head_size + body;
	keep_request(
		connection->sink, request_new(connection->number, head, copy, body), &behaviour);
	buf_clear(&connection->out);
	connection->sent = 0;
	connection->slow = behaviour.kind == BEHAVE_SLOW;
	connection->close_after = answer_closes(&behaviour);
	answer_write(&connection->out, &behaviour);
}

/* Every request that is complete in `in`. */
static void serve(struct connection *connection)
{
	for (;;) {
		size_t head_size = head_length(&connection->in);
		size_t body;
		char *head;

		if (!head_size) {
			if (connection->in.length > HEAD_BYTES)
				connection_close(connection);
			return;
		}
		head = strndup((const char *)connection->in.data, head_size);
		if (!head)
			abort();
		body = body_length(head);
		if (body == SIZE_MAX || connection->in.length - head_size < body) {
			free(head);
			if (body == SIZE_MAX)
				connection_close(connection);
			return;
		}
		take_request(connection, head, head_size, body);
		if (!send_some(connection))
			return;
	}
}

static void on_connection(void *context, int fd, uint32_t events)
{
	struct connection *connection = context;
	static uint8_t bytes[64 << 10];
	ssize_t n;

	if (events & EPOLLOUT && !send_some(connection))
		return;
	if (!(events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
		return;
	n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		connection_close(connection);
		return;
	}
	if (n < 0)
		return;
	if (cuts_early(connection->sink)) {
		connection_close(connection);
		return;
	}
	buf_put(&connection->in, bytes, (size_t)n);
	serve(connection);
}

static void on_accept(void *context, int fd, uint32_t events)
{
	struct sink *sink = context;
	struct connection *connection;
	int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (accepted < 0)
		return;
	connection = calloc(1, sizeof(*connection));
	if (!connection)
		abort();
	connection->sink = sink;
	connection->fd = accepted;
	connection->number = ++sink->accepted;
	buf_init(&connection->in, HEAD_BYTES + BODY_BYTES);
	buf_init(&connection->out, BODY_BYTES);
	loop_timer_init(&connection->timer, sink->loop, on_slow, connection);
	connection->next = sink->connections;
	sink->connections = connection;
	if (loop_add_fd(
		    sink->loop, accepted, EPOLLIN, on_connection, connection, &connection->watched))
		abort();
}

struct sink *sink_new(struct loop *loop, uint16_t port, struct err *err)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	struct sink *sink = calloc(1, sizeof(*sink));
	const int on = 1;

	if (!sink)
		abort();
	sink->loop = loop;
	sink->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sink->fd < 0 || setsockopt(sink->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
		bind(sink->fd, (struct sockaddr *)&address, sizeof(address)) ||
		listen(sink->fd, 16) || getsockname(sink->fd, (struct sockaddr *)&address, &size) ||
		loop_add_fd(loop, sink->fd, EPOLLIN, on_accept, sink, &sink->watched)) {
		err_set(err, -errno, "cannot listen on port %u: %s", port, strerror(errno));
		sink_free(sink);
		return NULL;
	}
	sink->port = ntohs(address.sin_port);
	return sink;
}

void sink_close_listener(struct sink *sink)
{
	if (sink->fd < 0)
		return;
	loop_remove_fd(sink->watched);
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
