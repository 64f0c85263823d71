/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/sink_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "sink/forward.h"

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
	/* The request that has no answer yet, and its way to the receiver behind the sink. */
	struct sink_request *request;
	struct behaviour behaviour;
	struct forward *forward;
};

/* The request has its answer, that of the receiver behind the sink if `receiver` is not 0. */
static void keep_request(struct connection *connection, int status, int receiver)
{
	struct sink_request *request = connection->request;

	connection->request = NULL;
	memcpy(request->behaviour, connection->behaviour.name, sizeof(request->behaviour));
	request->accepted = status >= 200 && status <= 299 &&
			    answer_accepts(&connection->behaviour) && request->message;
	request->status = status;
	request->receiver = receiver;
	sink_keep(connection->sink, request);
}

void connection_close(struct connection *connection)
{
	struct connection **link = &connection->sink->connections;

	if (connection->request)
		keep_request(connection, 0, 0);
	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	forward_free(connection->forward);
	loop_remove_fd(connection->watched);
	loop_timer_clear(&connection->timer);
	close(connection->fd);
	buf_fini(&connection->in);
	buf_fini(&connection->out);
	free(connection);
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

static int own_status(const struct behaviour *behaviour)
{
	if (behaviour->kind == BEHAVE_STATUS)
		return behaviour->status;
	if (behaviour->kind == BEHAVE_REDIRECT)
		return 307;
	return answer_accepts(behaviour) ? 200 : 0;
}

/* Answer as the behaviour says, with what the receiver behind the sink said if that is asked for.
 * False if the connection is gone. */
static bool answer(struct connection *connection, const struct buf *received)
{
	static const struct behaviour bad_gateway = {.kind = BEHAVE_STATUS,
		.status = 502,
		.text = "no answer from the receiver behind the sink"};
	const struct behaviour *behaviour = &connection->behaviour;
	int receiver = received && received->length ? answer_status(received) : 0;

	buf_clear(&connection->out);
	connection->sent = 0;
	connection->slow = behaviour->kind == BEHAVE_SLOW;
	connection->close_after = answer_closes(behaviour);
	if (!received || !answer_is_receivers(behaviour)) {
		keep_request(connection, own_status(behaviour), receiver);
		answer_write(&connection->out, behaviour);
	} else if (receiver) {
		keep_request(connection, receiver, receiver);
		buf_put(&connection->out, received->data, received->length);
	} else {
		keep_request(connection, bad_gateway.status, 0);
		answer_write(&connection->out, &bad_gateway);
	}
	if (behaviour->away_ms)
		sink_go_away(connection->sink, behaviour->away_ms);
	return send_some(connection);
}

static void serve(struct connection *connection);

static void on_forwarded(void *context, const struct buf *received)
{
	struct connection *connection = context;
	struct forward *forward = connection->forward;
	bool alive;

	connection->forward = NULL;
	alive = answer(connection, received);
	forward_free(forward);
	if (alive)
		serve(connection);
}

/* False if the connection is gone. */
static bool take_request(struct connection *connection, char *head, size_t head_size, size_t body)
{
	static const struct buf nothing;
	struct sink *sink = connection->sink;
	uint8_t *copy = malloc(body + 1);

	if (!copy)
		abort();
	memcpy(copy, connection->in.data + head_size, body);
	memmove(connection->in.data, connection->in.data + head_size + body,
		connection->in.length - head_size - body);
	connection->in.length -= head_size + body;
	connection->behaviour = sink_next_behaviour(sink);
	connection->request = request_new(connection->number, head, copy, body);
	if (!sink->receiver ||
		!(connection->behaviour.pass_on || answer_is_receivers(&connection->behaviour)))
		return answer(connection, NULL);
	connection->forward = forward_new(
		sink->loop, sink->receiver, connection->request, on_forwarded, connection);
	return connection->forward || answer(connection, &nothing);
}

/* Every request that is complete in `in`, one after the other. */
static void serve(struct connection *connection)
{
	while (!connection->request) {
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
		body = head_body_length(head);
		if (body == SIZE_MAX || connection->in.length - head_size < body) {
			free(head);
			if (body == SIZE_MAX)
				connection_close(connection);
			return;
		}
		if (!take_request(connection, head, head_size, body))
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
	if (sink_cuts_early(connection->sink)) {
		connection_close(connection);
		return;
	}
	buf_put(&connection->in, bytes, (size_t)n);
	serve(connection);
}

void connection_new(struct sink *sink, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		abort();
	connection->sink = sink;
	connection->fd = fd;
	connection->number = ++sink->accepted;
	buf_init(&connection->in, HEAD_BYTES + BODY_BYTES);
	buf_init(&connection->out, BODY_BYTES);
	loop_timer_init(&connection->timer, sink->loop, on_slow, connection);
	connection->next = sink->connections;
	sink->connections = connection;
	if (loop_add_fd(sink->loop, fd, EPOLLIN, on_connection, connection, &connection->watched))
		abort();
}
