/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that nothing else on a machine starts. */
#include "workload.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FRAGMENTS_MAX = 2000, /* what waits for the rest of a datagram may take 4 MB */
	EXPERIMENTAL = 253,   /* a protocol (RFC 3692) */
};

static void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		fail("loopback");
	close(fd);
}

/*
 * The last fragment of a datagram waits for the others, as long as its timer says. In a network of
 * its own, which ends with the process and takes with it what waits.
 */
void make_timers(char **arguments)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct {
		struct iphdr header;
		char data[8];
	} fragment = {.header = {.version = 4,
			      .ihl = 5,
			      .ttl = 64,
			      .frag_off = htons(1),
			      .protocol = EXPERIMENTAL,
			      .saddr = to.sin_addr.s_addr,
			      .daddr = to.sin_addr.s_addr}};
	unsigned long n = number(arguments[0]);
	int fd;

	if (n > FRAGMENTS_MAX)
		fail("so many timers");
	if (unshare(CLONE_NEWNET))
		fail("a network of its own");
	loopback_up();
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		fail("a raw socket");
	stay_on_one_cpu();
	for (unsigned long i = 1; i <= n; i++) {
		fragment.header.id = htons((unsigned short)i);
		if (sendto(fd, &fragment, sizeof(fragment), 0, (const struct sockaddr *)&to,
			    sizeof(to)) != sizeof(fragment))
			fail("a fragment");
	}
	wait_for_arrival();
	close(fd);
	printf("ip_expire %lu\n", n);
}
