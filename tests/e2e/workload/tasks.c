/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks in cgroups of the tests' own. */
#include "workload.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* This task, by its number or "0" for itself. */
static void enter_cgroup(const char *folder, int pid)
{
	char path[4096], text[16];
	int fd, length = snprintf(text, sizeof(text), "%d", pid);

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY);
	/* Not by stdio, which allocates. */
	if (fd < 0 || write(fd, text, (size_t)length) != length)
		fail(path);
	close(fd);
}

/* malloc by the name that sanitizers do not replace. */
extern void *libc_malloc(size_t size) __asm__("__libc_malloc");

void make_malloc(char **arguments)
{
	unsigned long n = number(arguments[0]);
	char parent[4096];

	snprintf(parent, sizeof(parent), "%s/..", arguments[1]);
	enter_cgroup(arguments[1], 0);
	for (unsigned long i = 0; i < n; i++) {
		void *volatile kept = libc_malloc(16);

		if (!kept)
			fail("malloc");
	}
	enter_cgroup(parent, 0);
	printf("malloc %lu\n", n);
}

static void on_cpu(unsigned long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
}

static pid_t start_child(void (*run)(int go, int done, unsigned long n), int *go, int *done,
	unsigned long cpu, unsigned long n)
{
	int to_child[2], from_child[2];
	pid_t child;

	if (pipe(to_child) || pipe(from_child))
		fail("pipe");
	child = fork();
	if (child < 0)
		fail("fork");
	if (!child) {
		close(to_child[1]);
		on_cpu(cpu);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(to_child[0], from_child[1], n);
		_exit(0);
	}
	close(to_child[0]);
	close(from_child[1]);
	*go = to_child[1];
	*done = from_child[0];
	return child;
}

static void wait_byte(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		fail("pipe between tasks");
}

static void be_busy(int go, int done, unsigned long n)
{
	(void)go;
	(void)n;
	if (write(done, "", 1) != 1)
		fail("write");
	for (;;)
		__asm__ volatile("");
}

static void take_naps(int go, int done, unsigned long n)
{
	const struct timespec nap = {.tv_nsec = 1000000};

	if (write(done, "", 1) != 1)
		fail("write");
	wait_byte(go);
	for (unsigned long i = 0; i < n; i++)
		nanosleep(&nap, NULL);
	if (write(done, "", 1) != 1)
		fail("write");
	wait_byte(go);
}

/* Until the task sleeps: this file has the call that it sleeps in, and nothing while it still runs
 * or waits for a CPU to fall asleep on. */
static void wait_asleep(pid_t pid)
{
	char path[64], text[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	do {
		fd = open(path, O_RDONLY);
		if (fd < 0)
			skip("this kernel does not say what a task sleeps in");
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (n <= 0)
			fail(path);
		text[n] = '\0';
	} while (!strncmp(text, "running", strlen("running")));
}

/* What the kernel's scheduler counts of a task that sleeps: nanoseconds that it waited for a CPU,
 * and how often it got one. */
static void read_schedstat(pid_t pid, unsigned long long *waited, unsigned long long *times)
{
	char path[64];
	FILE *file;

	wait_asleep(pid);
	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	file = fopen(path, "re");
	if (!file)
		skip("this kernel does not count how long tasks wait (CONFIG_SCHED_INFO)");
	if (fscanf(file, "%*u %llu %llu", waited, times) != 2)
		fail(path);
	fclose(file);
}

void make_naps(char **arguments)
{
	unsigned long n = number(arguments[0]), cpu = number(arguments[2]);
	unsigned long long waited[2], times[2];
	int go, done, ignored, ready;
	pid_t busy = start_child(be_busy, &ignored, &ready, cpu, 0);
	pid_t napping = start_child(take_naps, &go, &done, cpu, n);
	char parent[4096];

	wait_byte(ready);
	wait_byte(done);
	read_schedstat(napping, &waited[0], &times[0]);
	enter_cgroup(arguments[1], napping);
	if (write(go, "", 1) != 1)
		fail("write");
	wait_byte(done);
	read_schedstat(napping, &waited[1], &times[1]);
	kill(busy, SIGKILL);
	/* Its end is none of what was counted. */
	snprintf(parent, sizeof(parent), "%s/..", arguments[1]);
	enter_cgroup(parent, napping);
	if (write(go, "", 1) != 1)
		fail("write");
	while (wait(NULL) > 0)
		;
	printf("times %llu\nwaited %llu\n", times[1] - times[0], waited[1] - waited[0]);
}
