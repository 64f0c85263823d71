/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MESSAGE_BYTES = 65 << 20
};

struct forward {
	int fd;
	struct loop_fd *watched;
	struct buf out, in;
	size_t sent;
	forward_done *done;
	void *context;
};

void forward_free(struct forward *forward)
{
	if (!forward)
		return;
	loop_remove_fd(forward->watched);
	if (forward->fd >= 0)
		close(forward->fd);
	buf_fini(&forward->out);
	buf_fini(&forward->in);
	free(forward);
}

/* -errno when nothing more can be sent. */
static int send_rest(struct forward *forward)
{
	size_t left = forward->out.length - forward->sent;
	ssize_t n = send(
		forward->fd, forward->out.data + forward->sent, left, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	forward->sent += (size_t)n;
	return forward->sent < forward->out.length ? 0 : loop_change_fd(forward->watched, EPOLLIN);
}

static bool is_complete(const struct buf *in)
{
	size_t head_size = head_length(in), body;
	char *head;

	if (!head_size)
		return false;
	head = strndup((const char *)in->data, head_size);
	if (!head)
		abort();
	body = head_body_length(head);
	free(head);
	/* What is longer than it says is no answer to pass on. */
	return body != SIZE_MAX && in->length == head_size + body;
}

static void on_event(void *context, int fd, uint32_t events)
{
	struct forward *forward = context;
	static uint8_t bytes[64 << 10];
	ssize_t n;

	if (events & EPOLLOUT && !send_rest(forward))
		return;
	n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		buf_put(&forward->in, bytes, (size_t)n);
	if (n <= 0 || forward->in.failed)
		buf_clear(&forward->in);
	else if (!is_complete(&forward->in))
		return;
	forward->done(forward->context, &forward->in);
}

struct forward *forward_new(struct loop *loop, uint16_t port, const struct sink_request *request,
	forward_done *done, void *context)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct forward *forward = calloc(1, sizeof(*forward));

	if (!forward)
		abort();
	forward->done = done;
	forward->context = context;
	buf_init(&forward->in, MESSAGE_BYTES);
	buf_init(&forward->out, MESSAGE_BYTES);
	buf_puts(&forward->out, request->head);
	buf_put(&forward->out, request->body, request->length);
	forward->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (forward->fd < 0 || forward->out.failed ||
		(connect(forward->fd, (const struct sockaddr *)&address, sizeof(address)) &&
			errno != EINPROGRESS) ||
		loop_add_fd(loop, forward->fd, EPOLLIN | EPOLLOUT, on_event, forward,
			&forward->watched)) {
		forward_free(forward);
		return NULL;
	}
	return forward;
}
