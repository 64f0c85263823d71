/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event costs in the kernel, by BPF_PROG_TEST_RUN on one CPU: the instruments of otel.bpf.h
 * against a plain hash map, a plain per-CPU array and a histogram of powers of two. Needs root.
 *
 *     bench_kernel KEYS
 *
 * prints one line: `keys NAME ns_per_event ...`, the best of several rounds, less what a program
 * costs that makes the same keys and values and counts nothing.
 */
#include "bench_kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
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
	KEYS_MAX = 1 << 20,
};

static const char *const programs[] = {
	"empty", "plain", "slots", "plain_percpu", "shards", "powers", "exponential"};

static struct bpf_object *object;
static struct order *order;
static uint32_t keys;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_kernel: %s\n", what);
	exit(1);
}

static void resize(const char *name, uint32_t entries)
{
	if (bpf_map__set_max_entries(bpf_object__find_map_by_name(object, name), entries))
		die("cannot size a map");
}

static void resize_slots(const char *name, uint32_t entries)
{
	char companion[64];

	resize(name, entries + 1);
	snprintf(companion, sizeof(companion), "%s_index", name);
	resize(companion, entries);
	snprintf(companion, sizeof(companion), "%s_free", name);
	resize(companion, entries);
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

/* A slot of `exponential` has 6 kB: with many keys they are other programs' measurement. */
static uint32_t histogram_keys(void)
{
	return keys < 1024 ? keys : 1024;
}

static void load(void)
{
	struct bpf_map *map;

	object = bpf_object__open(OBJECT_FILE);
	if (!object)
		die("cannot open the object");
	resize("plain", keys);
	resize("shards", (uint32_t)libbpf_num_possible_cpus());
	resize_slots("slots", keys);
	resize_slots("powers", histogram_keys());
	resize_slots("exponential", histogram_keys());
	if (bpf_object__load(object))
		die("cannot load; it takes root");
	fill_slots("slots", keys);
	fill_slots("powers", histogram_keys());
	fill_slots("exponential", histogram_keys());
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
	uint32_t used = strstr("powers exponential", name) ? histogram_keys() : keys;
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

int main(int argc, char **argv)
{
	uint32_t best[ARRAY_SIZE(programs)];
	uint64_t wanted;
	cpu_set_t cpu;

	if (argc != 2 || str_to_u64(argv[1], &wanted) || !wanted || wanted > KEYS_MAX ||
		(wanted & (wanted - 1)))
		die("usage: bench_kernel KEYS, a power of two");
	keys = (uint32_t)wanted;
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
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
