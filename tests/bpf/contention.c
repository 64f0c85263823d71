/* SPDX-License-Identifier: Apache-2.0 */
#include "contention.h"

#include <bpf/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	/* Between two looks at whether to stop. */
	RUNS_AT_ONCE = 20000,
};

void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *contend(void *argument)
{
	struct contender *contender = argument;
	struct contention *contention = contender->contention;
	struct bpf_program *program = bpf_object__find_program_by_name(
		contention->object, "contend_socket");
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		.repeat = contention->runs ? (int)contention->runs : RUNS_AT_ONCE);
	int result;

	stay_on(contender->cpu);
	do
		result = bpf_prog_test_run_opts(bpf_program__fd(program), &options);
	while (!result && !contention->runs && !atomic_load(&contention->stopping));
	return (void *)(intptr_t)result;
}

/* NULL where the kernel has no such event. */
static struct bpf_link *interrupt(struct bpf_object *object, int cpu, uint64_t frequency)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_freq = frequency,
		.freq = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	struct bpf_link *link;

	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(
		bpf_object__find_program_by_name(object, "contend_interrupt"), fd);
	if (!link)
		close(fd);
	return link;
}

void contention_begin(
	struct contention *contention, struct bpf_object *object, uint32_t runs, uint64_t frequency)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	contention->object = object;
	contention->runs = runs;
	contention->cpus = cpus < CPUS_MAX ? (int)cpus : CPUS_MAX;
	atomic_init(&contention->stopping, false);
	for (int i = 0; i < contention->cpus; i++)
		contention->contenders[i] = (struct contender){
			.contention = contention,
			.cpu = i,
			.interrupt = interrupt(object, i, frequency),
		};
	for (int i = 0; i < contention->cpus; i++) {
		struct contender *contender = &contention->contenders[i];

		assert_int_equal(pthread_create(&contender->thread, NULL, contend, contender), 0);
	}
}

void contention_wait(struct contention *contention)
{
	void *result;

	for (int i = 0; i < contention->cpus; i++) {
		assert_int_equal(pthread_join(contention->contenders[i].thread, &result), 0);
		assert_null(result);
	}
	for (int i = 0; i < contention->cpus; i++)
		bpf_link__destroy(contention->contenders[i].interrupt);
}

void contention_stop(struct contention *contention)
{
	atomic_store(&contention->stopping, true);
	contention_wait(contention);
}
