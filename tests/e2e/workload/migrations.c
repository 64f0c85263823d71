/* SPDX-License-Identifier: Apache-2.0 */
/* Moves of a task between CPUs, each made by sched_setaffinity. */
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static void move_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		fail("sched_setaffinity");
	if (sched_getcpu() != cpu)
		fail("the CPU that was asked for");
}

static void join(const char *folder)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail(path);
	close(fd);
}

/* Pinned from before it joins the cgroup until it ends, so that nothing else can move it. */
void make_migrations(char **arguments)
{
	unsigned long n = number(arguments[0]);
	int cpus[2], count = 0;
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		fail("sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE && count < 2; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			cpus[count++] = cpu;
	if (count < 2)
		skip("this kernel has one CPU for this test");
	move_to(cpus[0]);
	join(arguments[1]);
	for (unsigned long i = 1; i <= n; i++)
		move_to(cpus[i % 2]);
	printf("migrations %lu\n", n);
}
