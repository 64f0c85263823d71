/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks in cgroups of the tests' own. */
#include "workload.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

static void on_another_cpu(unsigned long cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		fail("sched_getaffinity");
	CPU_CLR(cpu, &set);
	if (!CPU_COUNT(&set))
		skip("this kernel has one CPU");
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
}

/* 0: like other tasks; else before them, and before those with a lower one. */
static bool set_priority(int priority)
{
	const struct sched_param param = {.sched_priority = priority};

	return sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param) == 0;
}

struct child {
	pid_t pid;
	int go, done; /* a byte to it, a byte from it */
};

static struct child start_child(void (*run)(const struct child *self, unsigned long n),
	unsigned long cpu, int priority, unsigned long n)
{
	struct child child;
	int go[2], done[2];

	if (pipe(go) || pipe(done))
		fail("pipe");
	child.pid = fork();
	if (child.pid < 0)
		fail("fork");
	if (!child.pid) {
		close(go[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		on_cpu(cpu);
		if (!set_priority(priority))
			fail("sched_setscheduler");
		child.go = go[0];
		child.done = done[1];
		run(&child, n);
		_exit(0);
	}
	close(go[0]);
	close(done[1]);
	child.go = go[1];
	child.done = done[0];
	return child;
}

static void wait_byte(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		fail("pipe between tasks");
}

static void send_byte(int fd)
{
	if (write(fd, "", 1) != 1)
		fail("pipe between tasks");
}

static void be_busy(const struct child *self, unsigned long n)
{
	(void)n;
	send_byte(self->done);
	for (;;)
		__asm__ volatile("");
}

static void be_busy_half_the_time(const struct child *self, unsigned long nanoseconds)
{
	const struct timespec pause = {.tv_nsec = (long)nanoseconds};
	struct timespec now, end;

	send_byte(self->done);
	for (;;) {
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_nsec += (long)nanoseconds;
		do
			clock_gettime(CLOCK_MONOTONIC, &now);
		while ((now.tv_sec - end.tv_sec) * 1000000000L + now.tv_nsec < end.tv_nsec);
	}
}

static void take_naps(const struct child *self, unsigned long n)
{
	const struct timespec nap = {.tv_nsec = 1000000};

	send_byte(self->done);
	wait_byte(self->go);
	for (unsigned long i = 0; i < n; i++)
		nanosleep(&nap, NULL);
	send_byte(self->done);
	wait_byte(self->go);
}

/* Until the task sleeps: this file has the call that it sleeps in, and nothing while it still runs
 * or waits for a CPU to fall asleep on. */
static void wait_asleep(pid_t pid)
{
	char path[64], text[128], wanted[16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	snprintf(wanted, sizeof(wanted), "%d ", SYS_read);
	do {
		fd = open(path, O_RDONLY);
		if (fd < 0)
			skip("this kernel does not say what a task sleeps in");
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (n <= 0)
			fail(path);
		text[n] = '\0';
	} while (strncmp(text, wanted, strlen(wanted)) != 0);
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

/*
 * Meanwhile the CPU belongs to these tasks alone: what happens while some others run may not be
 * seen (a kernel can keep BPF programs away from them). It is theirs for less than the second after
 * which the kernel lets others run.
 */
void make_naps(char **arguments)
{
	unsigned long n = number(arguments[0]), cpu = number(arguments[2]);
	unsigned long long waited[2], times[2];
	struct child napping, filler, rival;
	char parent[4096];

	on_another_cpu(cpu);
	if (!set_priority(1) || !set_priority(0))
		skip("this kernel has no real-time priority for tests");
	napping = start_child(take_naps, cpu, 2, n);
	wait_byte(napping.done);
	read_schedstat(napping.pid, &waited[0], &times[0]);
	enter_cgroup(arguments[1], napping.pid);
	rival = start_child(be_busy_half_the_time, cpu, 3, 300000);
	wait_byte(rival.done);
	filler = start_child(be_busy, cpu, 1, 0);
	wait_byte(filler.done);

	send_byte(napping.go);
	wait_byte(napping.done);
	read_schedstat(napping.pid, &waited[1], &times[1]);
	kill(filler.pid, SIGKILL);
	kill(rival.pid, SIGKILL);
	/* Its end is none of what was counted. */
	snprintf(parent, sizeof(parent), "%s/..", arguments[1]);
	enter_cgroup(parent, napping.pid);
	send_byte(napping.go);
	while (wait(NULL) > 0)
		;
	printf("times %llu\nwaited %llu\n", times[1] - times[0], waited[1] - waited[0]);
}
