/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that the kernel drops. */
#include "workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SMALL_BUFFER = 4096, /* the kernel doubles it */
};

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Loopback's address; one of IPv6 also stands for the IPv4 one, as `mapped`. */
static socklen_t loopback(union address *address, bool ipv6, bool mapped, unsigned long port)
{
	memset(address, 0, sizeof(*address));
	if (!ipv6) {
		address->in.sin_family = AF_INET;
		address->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address->in.sin_port = htons((in_port_t)port);
		return sizeof(address->in);
	}
	address->in6.sin6_family = AF_INET6;
	address->in6.sin6_port = htons((in_port_t)port);
	if (!mapped)
		address->in6.sin6_addr = in6addr_loopback;
	else if (inet_pton(AF_INET6, "::ffff:127.0.0.1", &address->in6.sin6_addr) != 1)
		fail("an address");
	return sizeof(address->in6);
}

struct receiver {
	int fd;
	union address address;
	socklen_t length;
	unsigned long port;
};

/* Bound to the first free port from `port` on; `family` is ipv4, ipv6 or mapped. */
static struct receiver receiver_open(const char *family, unsigned long port)
{
	bool mapped = !strcmp(family, "mapped"), ipv6 = mapped || !strcmp(family, "ipv6");
	struct receiver receiver = {.fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0)};

	if (receiver.fd < 0 && errno == EAFNOSUPPORT)
		skip("this kernel has no IPv6");
	for (; receiver.fd >= 0 && port && port < 65536; port++) {
		receiver.port = port;
		receiver.length = loopback(&receiver.address, ipv6, mapped, port);
		if (!bind(receiver.fd, &receiver.address.any, receiver.length))
			return receiver;
		if (errno == EADDRNOTAVAIL)
			skip("this kernel has no address of loopback in this family");
		if (errno != EADDRINUSE)
			break;
	}
	fail("a port for datagrams");
}

void stay_on_one_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (cpu < 0 || sched_setaffinity(0, sizeof(one), &one))
		fail("sched_setaffinity");
}

void wait_for_arrival(void)
{
	struct receiver own = receiver_open("ipv4", 1024);
	char byte = 0;

	if (sendto(own.fd, &byte, 1, 0, &own.address.any, own.length) != 1 ||
		recv(own.fd, &byte, 1, 0) != 1)
		fail("a datagram to myself");
	close(own.fd);
}

void make_udp_refused(char **arguments)
{
	unsigned long n = number(arguments[0]);
	struct receiver closed = receiver_open(arguments[1], number(arguments[2]));
	/* Not connected, so that the refusal does not come back as an error. */
	int fd = socket(closed.address.any.sa_family, SOCK_DGRAM, 0);

	close(closed.fd);
	stay_on_one_cpu();
	for (unsigned long i = 0; i < n; i++)
		if (sendto(fd, "x", 1, 0, &closed.address.any, closed.length) != 1)
			fail("sendto");
	close(fd);
	wait_for_arrival();
	printf("port %lu\ndropped %lu\n", closed.port, n);
}

/* The kernel's own count of what a socket dropped. */
static unsigned long dropped(int fd)
{
	unsigned int info[SK_MEMINFO_VARS] = {0};
	socklen_t length = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length) ||
		length <= SK_MEMINFO_DROPS * sizeof(*info))
		fail("SO_MEMINFO");
	return info[SK_MEMINFO_DROPS];
}

static unsigned long drain(int fd)
{
	char byte;
	unsigned long received = 0;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0)
		received++;
	return received;
}

void make_udp_full(char **arguments)
{
	unsigned long n = number(arguments[0]), sent = 0, received = 0;
	struct receiver receiver = receiver_open(arguments[1], number(arguments[2]));
	int size = SMALL_BUFFER, fd = socket(receiver.address.any.sa_family, SOCK_DGRAM, 0);

	if (fd < 0 || setsockopt(receiver.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		fail("SO_RCVBUF");
	stay_on_one_cpu();
	for (; dropped(receiver.fd) < n; sent++)
		if (sendto(fd, "x", 1, 0, &receiver.address.any, receiver.length) != 1)
			fail("sendto");
	wait_for_arrival();
	received = drain(receiver.fd);
	/* Every datagram is in the queue or dropped, and nothing is under way. */
	if (!received || received + dropped(receiver.fd) != sent)
		fail("datagrams that are neither received nor dropped");
	printf("port %lu\nreceived %lu\nfailed %lu\n", receiver.port, received,
		dropped(receiver.fd));
	close(receiver.fd);
	close(fd);
}

/* What is wrong with each makes every kernel drop it at once: most have a wrong checksum. */
static const struct frame {
	const char *name;
	unsigned short type;
	unsigned char bytes[96];
	size_t size, port_at; /* 0: no port */
} frames[] = {
	{"unknown_type", 0x88b5, "?", 46, 0},
	{"udp", ETH_P_IP,
		{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 1, 1, 127, 0, 0, 1, 127, 0, 0, 1, 0, 9, 0, 0,
			0, 8, 0, 0},
		28, 22},
	{"tcp_with_options", ETH_P_IP,
		{0x46, 0, 0, 44, 0, 0, 0, 0, 64, 6, 1, 1, 127, 0, 0, 1, 127, 0, 0, 1, 1, 1, 1, 1, 0,
			9},
		44, 26},
	{"later_fragment", ETH_P_IP,
		{0x45, 0, 0, 28, 0, 0, 0, 1, 64, 17, 1, 1, 127, 0, 0, 1, 127, 0, 0, 1, 0, 9, 0, 9},
		28, 0},
	{"short_header", ETH_P_IP,
		{0x44, 0, 0, 28, 0, 0, 0, 0, 64, 17, 1, 1, 127, 0, 0, 1, 127, 0, 0, 1, 0, 9, 0, 9},
		28, 0},
	{"wrong_version", ETH_P_IP,
		{0x65, 0, 0, 28, 0, 0, 0, 0, 64, 17, 1, 1, 127, 0, 0, 1, 127, 0, 0, 1, 0, 9, 0, 9},
		28, 0},
	{"truncated", ETH_P_IP, {0x45, 0, 0, 28, 0, 0, 0, 0}, 8, 0},
	{"unknown_protocol", ETH_P_IP,
		{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 253, 1, 1, 127, 0, 0, 1, 127, 0, 0, 1, 0, 9, 0, 9},
		28, 0},
	/* IPv6 has no checksum; packets from a multicast address are refused. */
	{"udp6", ETH_P_IPV6, {0x60, 0, 0, 0, 0, 8, 17, 64, 0xff, 2, [40] = 0, 9, 0, 0, 0, 8}, 48,
		42},
	{"udp6_behind_extensions", ETH_P_IPV6,
		{0x60, 0, 0, 0, 0, 32, 0, 64, 0xff, 2, [40] = 60, 0, [48] = 44, 0, [56] = 17,
			0, [64] = 0, 9, 0, 0, 0, 8},
		72, 66},
	{"later_fragment6", ETH_P_IPV6,
		{0x60, 0, 0, 0, 0, 16, 44, 64, 0xff, 2, [40] = 17, 0, 0, 8, [48] = 0, 9, 0, 9}, 56,
		0},
	{"endless_extensions", ETH_P_IPV6,
		{0x60, 0, 0, 0, 0, 56, 60, 64, 0xff, 2, [40] = 60, [48] = 60, [56] = 60, [64] = 60,
			[72] = 60, [80] = 60, [88] = 17},
		96, 0},
};

static const struct frame *frame_find(const char *name)
{
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++)
		if (!strcmp(frames[i].name, name))
			return &frames[i];
	fail("a frame of this name");
}

static void send_frames(int fd, const struct frame *frame, unsigned long n, unsigned long port)
{
	struct sockaddr_ll loop = {
		.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("lo")};
	unsigned char bytes[sizeof(struct ethhdr) + sizeof(frame->bytes)] = {0};

	bytes[ETH_ALEN * 2] = (unsigned char)(frame->type >> 8);
	bytes[ETH_ALEN * 2 + 1] = (unsigned char)frame->type;
	memcpy(bytes + sizeof(struct ethhdr), frame->bytes, frame->size);
	if (frame->port_at) {
		bytes[sizeof(struct ethhdr) + frame->port_at] = (unsigned char)(port >> 8);
		bytes[sizeof(struct ethhdr) + frame->port_at + 1] = (unsigned char)port;
	}
	for (unsigned long i = 0; i < n; i++)
		if (sendto(fd, bytes, sizeof(struct ethhdr) + frame->size, 0,
			    (struct sockaddr *)&loop, sizeof(loop)) < 0)
			fail("a frame on loopback");
}

void make_frames(char **arguments)
{
	const struct frame *frame = frame_find(arguments[0]);
	unsigned long n = number(arguments[1]), port = number(arguments[2]);
	unsigned long ports = number(arguments[3]);
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		fail("a packet socket");
	stay_on_one_cpu();
	for (unsigned long i = 0; i < ports; i++)
		send_frames(fd, frame, n, port + i);
	close(fd);
	wait_for_arrival();
	printf("dropped %lu\n", n * ports);
}
