/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes an exact number of events that the packs count, and prints what it made as `NAME VALUE`
 * lines. Chosen so that nothing else on a machine makes the same ones. Exit code 77: this kernel
 * cannot do it.
 *
 *   syscalls N
 *       2 N sched_rr_get_interval, of which N fail with EINVAL. N calls each with the numbers -1,
 *       100000 and 0x40000000 + getpid (x32), which fail with ENOSYS and are in no table.
 *   compat N
 *       N getpid the 32-bit way (x86): number 20, which is writev in the 64-bit table.
 *   tcp N BYTES [ipv6]
 *       N connections over loopback, one after the other, with BYTES in each direction: 2 N
 *       sessions, 2 N BYTES received and acknowledged. N times each change of an orderly close:
 *       closed > syn_sent > established > fin_wait_1 > fin_wait_2 > closed and
 *       listen > syn_received > established > close_wait > last_ack > closed.
 *   timers N
 *       N starts of ip_expire: of fragments that wait for the rest of their datagrams.
 *   bio N
 *       N reads, writes, flushes and discards of 4 KiB on a loop device of its own, in memory.
 *   softirqs N
 *       N datagrams over loopback: about N net_rx, to be compared with /proc/softirqs.
 *   callname NAME N
 *       N sched_rr_get_interval of a task with this name, whatever its bytes.
 *   observe KIND VALUE N [NAME]
 *       N sched_rr_get_interval with these arguments, which the kernel refuses and programs see, of
 * a task with this name. migrations N FOLDER Joins the cgroup and moves to another CPU N times.
 *   udp_refused N FAMILY PORT
 *       N datagrams over loopback to a port from PORT on to which nobody listens.
 *       FAMILY is ipv4, ipv6 or mapped: IPv4 over a socket of IPv6.
 *   udp_full N FAMILY PORT
 *       Datagrams to a free port from PORT on until N of them found its queue full.
 *   frames NAME N PORT PORTS
 *       N frames on loopback to each of PORTS ports from PORT on, which are dropped, see drops.c.
 *   malloc N FOLDER
 *       N calls of the C library's malloc in the cgroup FOLDER, which it leaves for the one above.
 *   entries N FILE FUNCTION LINE STEP
 *       N times the USDT probe of CPython, python:function__entry, with these arguments; LINE grows
 *       by STEP each time. A FILE of "" is no string but a pointer to nothing.
 *   naps N FOLDER CPU
 *       In the cgroup FOLDER a task sleeps N times for 1 ms (at most 500 times) and wants to run on
 *       a CPU that others keep busy. How often and how long it waited, as the kernel counts it.
 *   pin PATH
 *       A BPF map that is nobody's, pinned there.
 *   maps NAME
 *       How many BPF maps of this name there are.
 */
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_SKIP = 77,
	BLOCK = 4096,
	LOOP_BLOCKS = 1024,
};

void fail(const char *what)
{
	fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	exit(1);
}

void skip(const char *why)
{
	printf("SKIP: %s\n", why);
	exit(EXIT_SKIP);
}

unsigned long number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || n > 100000000) {
		fprintf(stderr, "workload: not a number up to 100000000: %s\n", text);
		exit(2);
	}
	return n;
}

static void make_syscalls(char **arguments)
{
	static const long foreign[] = {-1, 100000, 0x40000000 + SYS_getpid};
	unsigned long n = number(arguments[0]);
	struct timespec interval;

	for (unsigned long i = 0; i < n; i++) {
		if (syscall(SYS_sched_rr_get_interval, 0, &interval))
			fail("sched_rr_get_interval");
		if (syscall(SYS_sched_rr_get_interval, -1, &interval) != -1 || errno != EINVAL)
			fail("sched_rr_get_interval of -1");
		for (size_t k = 0; k < sizeof(foreign) / sizeof(*foreign); k++)
			if (syscall(foreign[k]) != -1 || errno != ENOSYS)
				fail("a call that does not exist");
	}
	printf("sched_rr_get_interval %lu\nsched_rr_get_interval.EINVAL %lu\noverflow %lu\n", 2 * n,
		n, n * sizeof(foreign) / sizeof(*foreign));
}

#ifdef __x86_64__
static sigjmp_buf no_compat;

static void on_fault(int signal)
{
	siglongjmp(no_compat, signal);
}

static void make_compat(char **arguments)
{
	unsigned long n = number(arguments[0]);

	signal(SIGSEGV, on_fault);
	if (sigsetjmp(no_compat, 1))
		skip("this kernel has no 32-bit system calls");
	for (unsigned long i = 0; i < n; i++) {
		long pid = 20;

		__asm__ volatile("int $0x80" : "+a"(pid) : : "memory", "r8", "r9", "r10", "r11");
		if (pid != getpid())
			skip("this kernel has no 32-bit system calls");
	}
	printf("overflow %lu\n", n);
}
#else
static void make_compat(char **arguments)
{
	(void)arguments;
	skip("only 64-bit programs of x86 can make 32-bit system calls");
}
#endif

struct pair {
	int client, server;
};

static int listener(bool ipv6, struct sockaddr_storage *address, socklen_t *length)
{
	int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

	memset(address, 0, sizeof(*address));
	if (ipv6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;

		in6->sin6_family = AF_INET6;
		in6->sin6_addr = in6addr_loopback;
		*length = sizeof(*in6);
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)address;

		in->sin_family = AF_INET;
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*length = sizeof(*in);
	}
	if (fd < 0 || bind(fd, (struct sockaddr *)address, *length) || listen(fd, 16) ||
		getsockname(fd, (struct sockaddr *)address, length))
		fail("listen on loopback");
	return fd;
}

static struct pair connected(
	int listener_fd, const struct sockaddr_storage *address, socklen_t length)
{
	struct pair pair = {.client = socket(address->ss_family, SOCK_STREAM, 0)};

	if (pair.client < 0 || connect(pair.client, (const struct sockaddr *)address, length))
		fail("connect");
	pair.server = accept(listener_fd, NULL, NULL);
	if (pair.server < 0)
		fail("accept");
	return pair;
}

static void move_bytes(int from, int to, unsigned long bytes)
{
	static char buffer[65536];
	unsigned long sent = 0, received = 0;

	while (received < bytes) {
		size_t left = bytes - sent < sizeof(buffer) ? bytes - sent : sizeof(buffer);
		ssize_t n = left ? send(from, buffer, left, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

		if (n < 0 && errno != EAGAIN)
			fail("send");
		sent += n > 0 ? n : 0;
		n = recv(to, buffer, sizeof(buffer), sent > received ? 0 : MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			fail("recv");
		received += n > 0 ? n : 0;
	}
}

static void expect_end(int fd)
{
	char byte;

	if (recv(fd, &byte, 1, 0) != 0)
		fail("no orderly end of a connection");
}

static void make_tcp(char **arguments)
{
	unsigned long n = number(arguments[0]), bytes = number(arguments[1]);
	bool ipv6 = arguments[2] && !strcmp(arguments[2], "ipv6");
	struct sockaddr_storage address;
	socklen_t length;
	int fd = listener(ipv6, &address, &length);

	for (unsigned long i = 0; i < n; i++) {
		struct pair pair = connected(fd, &address, length);

		move_bytes(pair.client, pair.server, bytes);
		move_bytes(pair.server, pair.client, bytes);
		shutdown(pair.client, SHUT_WR);
		expect_end(pair.server);
		close(pair.server);
		expect_end(pair.client);
		close(pair.client);
	}
	close(fd);
	/* The last acknowledgement may still be on its way. */
	usleep(200000);
	printf("sessions %lu\nreceived %lu\nacknowledged %lu\ntransitions.each %lu\n", 2 * n,
		2 * n * bytes, 2 * n * bytes, n);
}

/* A loop device over memory; its number, or skips. */
static int loop_device(char *path, size_t size)
{
	int memory = memfd_create("otelbpf-workload", 0);
	int control = open("/dev/loop-control", O_RDWR);
	int index = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	int fd;

	if (index < 0)
		skip("this kernel has no loop devices");
	if (memory < 0 || ftruncate(memory, (off_t)LOOP_BLOCKS * BLOCK))
		fail("memfd");
	snprintf(path, size, "/dev/loop%d", index);
	fd = open(path, O_RDWR);
	if (fd < 0 || ioctl(fd, LOOP_SET_FD, memory))
		fail(path);
	close(memory);
	close(control);
	return fd;
}

static void make_bio(char **arguments)
{
	unsigned long n = number(arguments[0]);
	char path[32];
	int setup = loop_device(path, sizeof(path));
	int fd = open(path, O_RDWR | O_DIRECT);
	void *block = aligned_alloc(BLOCK, BLOCK);
	struct stat status;

	if (fd < 0 || !block || fstat(fd, &status))
		fail(path);
	memset(block, 0x5a, BLOCK);
	for (unsigned long i = 0; i < n; i++) {
		off_t at = (off_t)(i % LOOP_BLOCKS) * BLOCK;
		uint64_t range[2] = {(uint64_t)at, BLOCK};

		if (pwrite(fd, block, BLOCK, at) != BLOCK || pread(fd, block, BLOCK, at) != BLOCK)
			fail("direct I/O");
		if (fdatasync(fd))
			fail("fdatasync");
		if (ioctl(fd, BLKDISCARD, range))
			fail("BLKDISCARD");
	}
	close(fd);
	if (ioctl(setup, LOOP_CLR_FD, 0))
		fail("LOOP_CLR_FD");
	close(setup);
	free(block);
	printf("device %s\nmajor %u\nminor %u\n", path + strlen("/dev/"), major(status.st_rdev),
		minor(status.st_rdev));
	printf("read %lu\nwrite %lu\nflush %lu\ndiscard %lu\n", n, n, n, n);
}

static void make_softirqs(char **arguments)
{
	unsigned long n = number(arguments[0]);
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char byte = 0;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) ||
		getsockname(fd, (struct sockaddr *)&address, &length))
		fail("datagrams over loopback");
	for (unsigned long i = 0; i < n; i++)
		if (sendto(fd, &byte, 1, 0, (struct sockaddr *)&address, length) != 1 ||
			recv(fd, &byte, 1, 0) != 1)
			fail("datagrams over loopback");
	close(fd);
	printf("datagrams %lu\n", n);
}

static void make_callname(char **arguments)
{
	unsigned long n = number(arguments[1]);
	struct timespec interval;

	if (prctl(PR_SET_NAME, arguments[0]))
		fail("PR_SET_NAME");
	for (unsigned long i = 0; i < n; i++)
		if (syscall(SYS_sched_rr_get_interval, 0, &interval))
			fail("sched_rr_get_interval");
	printf("sched_rr_get_interval %lu\n", n);
}

static void make_observe(char **arguments)
{
	unsigned long n = number(arguments[2]), value = strtoul(arguments[1], NULL, 0);
	/* A negative process number: the second argument is not looked at. */
	long kind = (long)(number(arguments[0]) | 0x80000000);

	if (arguments[3] && prctl(PR_SET_NAME, arguments[3]))
		fail("PR_SET_NAME");
	for (unsigned long i = 0; i < n; i++)
		if (syscall(SYS_sched_rr_get_interval, (int)kind, value) != -1)
			fail("sched_rr_get_interval with wrong arguments");
	printf("observed %lu\n", n);
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void make_pin(char **arguments)
{
	union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
		.map_name = "nobodys"};
	union bpf_attr pin = {.pathname = (uintptr_t)arguments[0]};

	pin.bpf_fd = (uint32_t)bpf(BPF_MAP_CREATE, &map);
	if (bpf(BPF_OBJ_PIN, &pin))
		fail("BPF_OBJ_PIN");
}

static void make_maps(char **arguments)
{
	union bpf_attr next = {0};
	unsigned long n = 0;

	while (!bpf(BPF_MAP_GET_NEXT_ID, &next)) {
		struct bpf_map_info info = {0};
		union bpf_attr open = {.map_id = next.next_id}, ask = {0};

		next.start_id = next.next_id;
		ask.info.bpf_fd = (uint32_t)bpf(BPF_MAP_GET_FD_BY_ID, &open);
		ask.info.info = (uintptr_t)&info;
		ask.info.info_len = sizeof(info);
		if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &ask))
			n += !strcmp(info.name, arguments[0]);
		close((int)ask.info.bpf_fd);
	}
	printf("maps %lu\n", n);
}

static const struct kind {
	const char *name;
	int arguments;
	void (*make)(char **arguments);
} kinds[] = {
	{"syscalls", 1, make_syscalls},
	{"compat", 1, make_compat},
	{"tcp", 2, make_tcp},
	{"timers", 1, make_timers},
	{"bio", 1, make_bio},
	{"softirqs", 1, make_softirqs},
	{"callname", 2, make_callname},
	{"malloc", 2, make_malloc},
	{"entries", 5, make_entries},
	{"naps", 3, make_naps},
	{"observe", 3, make_observe},
	{"migrations", 2, make_migrations},
	{"udp_refused", 3, make_udp_refused},
	{"udp_full", 3, make_udp_full},
	{"frames", 4, make_frames},
	{"pin", 1, make_pin},
	{"maps", 1, make_maps},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (argc > 1 && !strcmp(argv[1], kinds[i].name) && argc >= 2 + kinds[i].arguments) {
			kinds[i].make(argv + 2);
			return 0;
		}
	fprintf(stderr, "usage: workload KIND ARGUMENT...\nKIND is one of");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		fprintf(stderr, " %s", kinds[i].name);
	fprintf(stderr, "\n");
	return 2;
}
