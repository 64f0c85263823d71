/* SPDX-License-Identifier: Apache-2.0 */
/* bpf/otel.bpf.h in the kernel: every value in its bucket, every event counted once, whatever
 * happens at once. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	EXIT_SKIP = 77,
	BUCKETS_MAX = 66,
	CPUS_MAX = 8,
	RUNS_PER_CPU = 100000,
};

struct histogram {
	uint64_t count, sum, buckets[BUCKETS_MAX];
};

static struct bpf_object *object;

static int map_fd(const char *name, const char *suffix)
{
	char full[64];
	struct bpf_map *map;

	snprintf(full, sizeof(full), "%s%s", name, suffix);
	map = bpf_object__find_map_by_name(object, full);
	assert_non_null(map);
	return bpf_map__fd(map);
}

static int program_fd(const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	assert_non_null(program);
	return bpf_program__fd(program);
}

static void run(const char *program, uint64_t first, uint64_t second)
{
	uint64_t context[2] = {first, second};
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context, .ctx_size_in = sizeof(context));

	assert_int_equal(bpf_prog_test_run_opts(program_fd(program), &options), 0);
}

/* Of a histogram: how many values. */
static uint64_t overflow(const char *map)
{
	struct histogram value = {0};
	uint32_t index = 0;

	assert_int_equal(bpf_map_lookup_elem(map_fd(map, "_overflow"), &index, &value), 0);
	return value.count;
}

/* All CPUs' values of an index. */
static uint64_t slot(const char *map, uint32_t index)
{
	uint64_t values[1024], sum = 0; /* more possible CPUs than any machine of ours */

	assert_in_range(libbpf_num_possible_cpus(), 1, 1024);
	assert_int_equal(bpf_map_lookup_elem(map_fd(map, ""), &index, values), 0);
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++)
		sum += values[cpu];
	return sum;
}

/* Adds up all entries of a hash map whose values are `words` counters; returns how many entries
 * there are. */
static unsigned int total(const char *map, uint64_t *sum, size_t words)
{
	int fd = map_fd(map, "");
	uint64_t key = 0, value[2 + BUCKETS_MAX];
	unsigned int entries = 0;

	memset(sum, 0, words * sizeof(*sum));
	for (void *previous = NULL; !bpf_map_get_next_key(fd, previous, &key); previous = &key) {
		assert_int_equal(bpf_map_lookup_elem(fd, &key, value), 0);
		for (size_t i = 0; i < words; i++)
			sum[i] += value[i];
		entries++;
	}
	return entries;
}

static unsigned int expected_bucket(uint64_t value, unsigned int first, unsigned int buckets)
{
	for (unsigned int i = 0; i + 1 < buckets; i++)
		if (value <= (unsigned __int128)1 << (first + i))
			return i;
	return buckets - 1;
}

static const struct {
	const char *map;
	unsigned int first, buckets;
} histograms[] = {
	{"from_1", 0, 66}, {"from_1024", 10, 27}, {"from_2_63", 63, 3}, {"one_bucket", 10, 1}};

/* Records the value and checks that nothing but its bucket, count and sum has changed. */
static void check_value(uint64_t value)
{
	static struct histogram expected[sizeof(histograms) / sizeof(*histograms)];

	run("record", value, 0);
	for (size_t i = 0; i < sizeof(histograms) / sizeof(*histograms); i++) {
		struct histogram found = {0};
		uint32_t key = 7;

		expected[i].count++;
		expected[i].sum += value;
		expected[i].buckets[expected_bucket(
			value, histograms[i].first, histograms[i].buckets)]++;
		assert_int_equal(
			bpf_map_lookup_elem(map_fd(histograms[i].map, ""), &key, &found), 0);
		if (memcmp(&found, &expected[i], sizeof(found)))
			fail_msg("%s: %llu is in the wrong bucket", histograms[i].map,
				(unsigned long long)value);
	}
}

static void test_buckets(void **state)
{
	(void)state;
	check_value(0);
	check_value(UINT64_MAX);
	for (unsigned int power = 0; power < 64; power++) {
		uint64_t value = UINT64_C(1) << power;

		check_value(value - 1);
		check_value(value);
		check_value(value + 1);
		check_value(value + value / 3);
	}
	srand(1);
	for (unsigned int i = 0; i < 200; i++)
		check_value(((uint64_t)rand() << 33 ^ (uint64_t)rand()) >> rand() % 64);
	for (size_t i = 0; i < sizeof(histograms) / sizeof(*histograms); i++)
		assert_int_equal(overflow(histograms[i].map), 0);
}

/* 100 keys of which 4 find a place, each twice: 1 + ... + 100 = 5050, the first four of them 10. */
static void test_full_maps(void **state)
{
	uint64_t found[2 + 8], rest[2 + 8];
	uint32_t index = 0;

	(void)state;
	for (uint64_t round = 0; round < 2; round++)
		for (uint64_t i = 0; i < 100; i++)
			run("count", i, i + 1);

	assert_int_equal(total("small", found, 1), 4);
	assert_int_equal(found[0], 2 * 10);
	assert_int_equal(overflow("small"), 2 * (5050 - 10));

	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(slot("slots", i), 2 * (i + 1));
	assert_int_equal(overflow("slots"), 2 * (5050 - 10));

	/* Buckets up to 4, 8, 16, 32, 64, 128. */
	assert_int_equal(total("small_histogram", found, 2 + 8), 4);
	assert_int_equal(found[0], 2 * 4);
	assert_int_equal(found[1], 2 * 10);
	assert_int_equal(found[2], 2 * 4);
	assert_int_equal(
		bpf_map_lookup_elem(map_fd("small_histogram", "_overflow"), &index, rest), 0);
	assert_int_equal(rest[0], 2 * 96);
	assert_int_equal(rest[1], 2 * (5050 - 10));
	for (unsigned int i = 0; i < 8; i++) {
		static const unsigned int expected[8] = {0, 4, 8, 16, 32, 36, 0, 0};

		assert_int_equal(rest[2 + i], 2 * expected[i]);
	}
}

/* An index or number as large as can be is not mistaken for a small one. */
static void test_extremes(void **state)
{
	uint64_t before = overflow("slots");

	(void)state;
	run("count", UINT64_MAX, UINT64_C(1) << 40);
	assert_int_equal(overflow("slots") - before, UINT64_C(1) << 40);
}

static void *contend(void *argument)
{
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		.repeat = RUNS_PER_CPU);
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET((int)(intptr_t)argument, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	return (void *)(intptr_t)bpf_prog_test_run_opts(program_fd("contend_socket"), &options);
}

/* A timer interrupt that does the same; without it, where the kernel has no such event, only CPUs
 * contend. */
static struct bpf_link *interrupt(int cpu)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_freq = 20000,
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

static uint64_t interrupt_count(void)
{
	uint64_t count = 0;
	uint32_t index = 0;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (strstr(bpf_map__name(map), ".bss"))
			assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &index, &count), 0);
	}
	return count;
}

static void test_all_at_once(void **state)
{
	struct bpf_link *links[CPUS_MAX];
	pthread_t threads[CPUS_MAX];
	uint64_t found[2 + 8], rest[2 + 8], events, slots = 0;
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t index = 0;

	(void)state;
	if (cpus > CPUS_MAX)
		cpus = CPUS_MAX;
	for (int i = 0; i < cpus; i++)
		links[i] = interrupt(i);
	for (int i = 0; i < cpus; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, contend, (void *)(intptr_t)i), 0);
	for (int i = 0; i < cpus; i++) {
		void *result;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
	for (int i = 0; i < cpus; i++)
		bpf_link__destroy(links[i]);

	events = interrupt_count();
	print_message(
		"%d x %d runs, %llu interrupts\n", cpus, RUNS_PER_CPU, (unsigned long long)events);
	events += (uint64_t)cpus * RUNS_PER_CPU;

	assert_int_equal(total("contended", found, 1), 4096);
	assert_int_equal(found[0] + overflow("contended"), 3 * events);
	assert_in_range(overflow("contended"), 1, 3 * events);

	assert_int_equal(total("contended_histogram", found, 2 + 8), 4096);
	assert_int_equal(
		bpf_map_lookup_elem(map_fd("contended_histogram", "_overflow"), &index, rest), 0);
	assert_int_equal(found[0] + rest[0], events);
	for (unsigned int i = 0; i < 8; i++)
		events -= found[2 + i] + rest[2 + i];
	assert_int_equal(events, 0);

	for (uint32_t i = 0; i < 4; i++)
		slots += slot("contended_slots", i);
	assert_int_equal(slots + overflow("contended_slots"), found[0] * 3 + rest[0] * 3);
}

static int load(void **state)
{
	(void)state;
	object = bpf_object__open(OBJECT_FILE);
	return object ? bpf_object__load(object) : -1;
}

static int unload(void **state)
{
	(void)state;
	bpf_object__close(object);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_full_maps),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_all_at_once),
	};

	if (geteuid()) {
		printf("SKIP: needs root\n");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, load, unload);
}
