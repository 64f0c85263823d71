/* SPDX-License-Identifier: Apache-2.0 */
/*
 * functions N
 *     Calls of sched_rr_get_interval: N out of `called_globally` and 2 N out of `called_locally`,
 * both in this program, 3 N out of `called_in_library`, 4 N out of `called_globally` by a thread
 *     that then ends, and N that say they come from the address 16. Then it prints "done" and
 *     stays until its input ends.
 */
#include "functions.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((noinline)) void called_globally(unsigned long n)
{
	CALL_TIMES(n);
}

/* Not the same code as above: a compiler would keep one of the two. */
__attribute__((noinline)) static void called_locally(unsigned long n)
{
	CALL_TIMES(2 * n);
}

static void *run_thread(void *n)
{
	called_globally(4 * *(const unsigned long *)n);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	pthread_t thread;

	called_globally(n);
	called_locally(n);
	called_in_library(3 * n);
	for (unsigned long i = 0; i < n; i++)
		syscall(SYS_sched_rr_get_interval, (int)0x80000001, 16L);
	if (pthread_create(&thread, NULL, run_thread, &n) || pthread_join(thread, NULL))
		return 1;
	puts("done");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
