/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for TCP on 127.0.0.1, below libcurl too: Unix sockets, where what was sent is there
 * when send() returns. TCP delivers it some time later when the machine is busy, and in virtual
 * time that may be days. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* libcurl is to find it. */
#define EXPORTED __attribute__((visibility("default")))

struct wire_address {
	struct sockaddr_un name;
	socklen_t size;
};

/* A name that no other process has. */
static struct wire_address wire_address(uint16_t port)
{
	struct wire_address address = {.name.sun_family = AF_UNIX};
	int length = snprintf(address.name.sun_path + 1, sizeof(address.name.sun_path) - 1,
		"conservation-%ld-%u", (long)getpid(), port);

	address.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
	return address;
}

static int call(long number, int fd, const struct sockaddr *address, socklen_t size)
{
	struct sockaddr_in in;
	struct wire_address wire;

	if (address->sa_family != AF_INET || size < sizeof(in))
		return (int)syscall(number, fd, address, size);
	memcpy(&in, address, sizeof(in));
	wire = wire_address(ntohs(in.sin_port));
	return (int)syscall(number, fd, &wire.name, wire.size);
}

EXPORTED int socket(int domain, int type, int protocol)
{
	if (domain != AF_INET)
		return (int)syscall(SYS_socket, domain, type, protocol);
	return (int)syscall(SYS_socket, AF_UNIX, type, 0);
}

EXPORTED int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	return call(SYS_bind, fd, address, size);
}

EXPORTED int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	return call(SYS_connect, fd, address, size);
}

/* Of both, libcurl and the sink want no more than that they succeed. */
static int loopback(struct sockaddr *address, socklen_t *size)
{
	const struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	if (*size < sizeof(in)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(address, &in, sizeof(in));
	*size = sizeof(in);
	return 0;
}

EXPORTED int getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
	(void)fd;
	return loopback(address, size);
}

EXPORTED int getpeername(int fd, struct sockaddr *address, socklen_t *size)
{
	(void)fd;
	return loopback(address, size);
}
