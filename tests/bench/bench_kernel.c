/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event costs in the kernel, by BPF_PROG_TEST_RUN on one CPU: the instruments of otel.bpf.h
 * against a plain hash map, a plain per-CPU array and a histogram of powers of two, also one that
 * takes as much memory as the exponential one. Needs root.
 *
 *     bench_kernel KEYS    1, 64, 1024, 16384, 131072 or 1048576
 *     bench_kernel same
 *
 * prints one line: `keys NAME ns_per_event ...`, the best of several rounds, less what a program
 * costs that makes the same keys and values and counts nothing. The second form: two CPUs add to
 * the same key of a counter and of a sharded one, `cpus 2 slots ns_per_event spread ns_per_event`,
 * and each alone.
 */
#include "bench_kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/compiler.h"
#include "base/str.h"

enum {
	ROUNDS = 9,
	RUNS_MIN = 1 << 18,
};

static const char *const programs[] = {
	"empty", "plain", "slots", "plain_percpu", "shards", "powers", "exponential", "wide"};

static struct bpf_object *object;
static struct order *order;
static uint32_t keys;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_kernel: %s\n", what);
	exit(1);
}

static void fill_slots(const char *name, uint32_t entries)
{
	char companion[64];
	int fd;

	snprintf(companion, sizeof(companion), "%s_free", name);
	fd = bpf_object__find_map_fd_by_name(object, companion);
	for (uint32_t slot = 1; slot <= entries; slot++) {
		if (bpf_map_update_elem(fd, NULL, &slot, BPF_ANY))
			die("cannot fill the free slots");
	}
}

static uint32_t histogram_keys(void)
{
	return keys < HISTOGRAM_KEYS_MAX ? keys : HISTOGRAM_KEYS_MAX;
}

static void load(void)
{
	struct bpf_map *map;
	char file[512];

	snprintf(file, sizeof(file), "%s_%u.bpf.o", OBJECT_FILES, keys);
	object = bpf_object__open(file);
	if (!object)
		die("there is no object for so many keys");
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "shards"),
		(uint32_t)libbpf_num_possible_cpus());
	if (bpf_object__load(object))
		die("cannot load; it takes root");
	fill_slots("slots", keys);
	fill_slots("spread", 1);
	fill_slots("powers", histogram_keys());
	fill_slots("exponential", histogram_keys());
	fill_slots("wide", histogram_keys());
	bpf_object__for_each_map(map, object)
	{
		if (strstr(bpf_map__name(map), ".bss"))
			order = mmap(NULL, sizeof(*order), PROT_READ | PROT_WRITE, MAP_SHARED,
				bpf_map__fd(map), 0);
	}
	if (!order || order == MAP_FAILED)
		die("cannot map the order of keys");
}

static uint32_t run(const char *name)
{
	unsigned char packet[64] = {0};
	uint32_t used = strstr("powers exponential wide", name) ? histogram_keys() : keys;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		.repeat = used > RUNS_MIN ? (int)used : RUNS_MIN);
	char full[64];

	order->key_mask = used - 1;
	snprintf(full, sizeof(full), "run_%s", name);
	if (bpf_prog_test_run_opts(
		    bpf_program__fd(bpf_object__find_program_by_name(object, full)), &options))
		die("a program does not run");
	return options.duration;
}

static void pin_to(int number)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(number, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
}

/* One of the CPUs that do the same. */
struct worker {
	pthread_t thread;
	int cpu, program;
	pthread_barrier_t *start;
	uint32_t ns;
};

static void *work(void *argument)
{
	struct worker *worker = argument;
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		.repeat = 1 << 22);

	pin_to(worker->cpu);
	pthread_barrier_wait(worker->start);
	if (bpf_prog_test_run_opts(worker->program, &options))
		die("a program does not run");
	worker->ns = options.duration;
	return NULL;
}

/* The slower one of `cpus` CPUs, at best. */
static uint32_t run_same(const char *name, int cpus)
{
	struct worker workers[2];
	pthread_barrier_t start;
	uint32_t best = UINT32_MAX, ns;
	int program = bpf_program__fd(bpf_object__find_program_by_name(object, name));

	pthread_barrier_init(&start, NULL, (unsigned int)cpus);
	for (int round = 0; round < ROUNDS; round++) {
		ns = 0;
		for (int i = 0; i < cpus; i++) {
			workers[i] = (struct worker){.cpu = i, .program = program, .start = &start};
			if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
				die("no thread");
		}
		for (int i = 0; i < cpus; i++) {
			pthread_join(workers[i].thread, NULL);
			ns = workers[i].ns > ns ? workers[i].ns : ns;
		}
		best = ns < best ? ns : best;
	}
	pthread_barrier_destroy(&start);
	return best;
}

static int bench_same(void)
{
	if (libbpf_num_possible_cpus() < 2)
		die("needs two CPUs");
	keys = 1;
	load();
	for (int cpus = 1; cpus <= 2; cpus++) {
		uint32_t empty = run_same("same_empty", cpus);

		printf("cpus %d slots %u spread %u\n", cpus, run_same("same_slots", cpus) - empty,
			run_same("same_spread", cpus) - empty);
	}
	bpf_object__close(object);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t best[ARRAY_SIZE(programs)];
	uint64_t wanted;

	if (argc == 2 && !strcmp(argv[1], "same"))
		return bench_same();
	if (argc != 2 || str_to_u64(argv[1], &wanted) || !wanted || wanted > UINT32_MAX)
		die("usage: bench_kernel KEYS, or: bench_kernel same");
	keys = (uint32_t)wanted;
	pin_to(0);
	load();
	memset(best, 0xff, sizeof(best));
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
			uint32_t ns = run(programs[i]);

			/* The first round makes the series. */
			if (round && ns < best[i])
				best[i] = ns;
		}
	}
	printf("%u empty %u", keys, best[0]);
	for (size_t i = 1; i < ARRAY_SIZE(programs); i++)
		printf(" %s %d", programs[i], (int)(best[i] - best[0]));
	printf("\n");
	bpf_object__close(object);
	return 0;
}
