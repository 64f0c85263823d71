/* SPDX-License-Identifier: Apache-2.0 */
/* bpf/otel.bpf.h in the kernel: every value in its bucket, every event counted once, whatever
 * happens at once. */
#include "test_otel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "contention.h"
#include "memory.h"

enum {
	EXIT_SKIP = 77,
	BUCKETS_MAX = 66,
	RUNS_PER_CPU = 400000,
	ROUNDS = 5,
	EXPONENTIAL_FINE = 9 << 2, /* of contended_exponential: 4 to 1024 are octaves 2 to 10 */
	OCTAVES = 65,
};

struct histogram {
	uint64_t sum, buckets[BUCKETS_MAX];
};

struct exponential {
	uint64_t sum, zero_count, max, inverse_min, buckets[4096];
};

static struct bpf_object *object;
static uint64_t runs_per_cpu = RUNS_PER_CPU;
static int rounds = ROUNDS;

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

/* Records the value and checks that nothing but its bucket and the sum has changed. */
static void check_value(uint64_t value)
{
	static struct histogram expected[sizeof(histograms) / sizeof(*histograms)];

	run("record", value, 0);
	for (size_t i = 0; i < sizeof(histograms) / sizeof(*histograms); i++) {
		struct memory slots = open_slots(object, histograms[i].map);

		expected[i].sum += value;
		expected[i].buckets[expected_bucket(
			value, histograms[i].first, histograms[i].buckets)]++;
		if (memcmp(slot_value(&slots, 1), &expected[i],
			    (1 + histograms[i].buckets) * sizeof(uint64_t)))
			fail_msg("%s: %llu is in the wrong bucket", histograms[i].map,
				(unsigned long long)value);
		assert_int_equal(slot_value(&slots, 0)[0], 0);
		close_memory(&slots);
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
}

/* Where each value is counted, test_exponential.c proves; here: what is counted beside it. */
static void test_exponential(void **state)
{
	/* Nanoseconds to seconds at scale 5 from 1000 to 10^9, which is the upper bound of the
	 * octave 29: octaves 10 to 29 have 32 buckets each, one for each octave follows. */
	enum {
		FINE = 20 * 32
	};
	static const struct {
		uint64_t value;
		unsigned int bucket;
	} values[] = {
		{1000000000, 19 * 32 + 31},
		{500000000, 18 * 32 + 31},
		{1000, 2},
		{1000000001, FINE + 30},
		{1, FINE + 0},
		{UINT64_MAX, FINE + 64},
		{1000, 2},
	};
	struct memory slots = open_slots(object, "seconds");
	const struct exponential *found = (const void *)slot_value(&slots, 1);
	uint64_t sum = 0, min = UINT64_MAX, max = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		uint64_t value = values[i].value, before = found->buckets[values[i].bucket];

		run("record", value, 0);
		sum += value;
		min = value < min ? value : min;
		max = value > max ? value : max;
		assert_int_equal(found->buckets[values[i].bucket], before + 1);
		assert_int_equal(found->sum, sum);
		assert_int_equal(~found->inverse_min, min);
		assert_int_equal(found->max, max);
	}
	assert_int_equal(found->zero_count, 0);
	run("record", 0, 0);
	assert_int_equal(found->zero_count, 1);
	assert_int_equal(~found->inverse_min, 0);
	sum = 0;
	for (unsigned int i = 0; i < FINE + OCTAVES; i++)
		sum += found->buckets[i];
	assert_int_equal(sum, sizeof(values) / sizeof(*values));
	close_memory(&slots);
}

/* 100 keys of which 4 find a place, each twice: 1 + ... + 100 = 5050, the first four of them 10. */
static void test_full(void **state)
{
	static const unsigned int buckets[8] = {0, 4, 8, 16, 32, 36, 0, 0};
	uint64_t found[1 + 8], rest[1 + 8];

	(void)state;
	for (uint64_t round = 0; round < 2; round++)
		for (uint64_t i = 0; i < 100; i++)
			run("count", i, i + 1);

	assert_int_equal(total(object, "small", found, rest, 1), 4);
	assert_int_equal(found[0], 2 * 10);
	assert_int_equal(rest[0], 2 * (5050 - 10));
	assert_int_equal(free_slots(object, "small"), 0);

	for (int i = 0; i < 4; i++)
		assert_int_equal(shard_sum(object, "shards", i), 2 * (i + 1));
	assert_int_equal(shard_sum(object, "shards", -1), 2 * (5050 - 10));

	/* Buckets up to 4, 8, 16, 32, 64, 128. */
	assert_int_equal(total(object, "small_histogram", found, rest, 1 + 8), 4);
	assert_int_equal(found[0], 2 * 10);
	assert_int_equal(found[1], 2 * 4);
	assert_int_equal(rest[0], 2 * (5050 - 10));
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(rest[1 + i], 2 * buckets[i]);

	/* 26 names. */
	assert_int_equal(total(object, "named", found, rest, 1), 4);
	assert_int_equal(found[0] + rest[0], 2 * 5050);

	assert_int_equal(total(object, "level", found, rest, 1), 1);
	assert_int_equal(found[0], -2 * 5050);
	assert_int_equal(total(object, "present", found, rest, 1), 1);
	assert_int_equal(found[0], -100);
}

/* An index or number as large as can be is not mistaken for a small one. */
static void test_extremes(void **state)
{
	(void)state;
	run("count", UINT64_MAX, UINT64_C(1) << 40);
	assert_int_equal(shard_sum(object, "shards", -1), UINT64_C(1) << 40);
	run("count", 4, 1);
	assert_int_equal(shard_sum(object, "shards", -1), (UINT64_C(1) << 40) + 1);
	assert_int_equal(shard_sum(object, "shards", 3), 0);
}

static const struct truth *open_truth(void)
{
	struct bpf_map *map;
	void *memory = NULL;

	bpf_object__for_each_map(map, object)
	{
		if (strstr(bpf_map__name(map), ".bss"))
			memory = mmap(NULL, sizeof(struct truth), PROT_READ, MAP_SHARED,
				bpf_map__fd(map), 0);
	}
	assert_non_null(memory);
	assert_true(memory != MAP_FAILED);
	return memory;
}

/* Everything that was counted is in a slot or in the overflow slot, and every slot is used or free.
 */
static void check_totals(const struct truth *truth)
{
	enum {
		WORDS = 4 + EXPONENTIAL_FINE + OCTAVES
	};
	uint64_t found[WORDS], rest[WORDS], sum = 0;
	unsigned int used;

	used = total(object, "contended", found, rest, 1);
	assert_int_equal(found[0] + rest[0], 3 * truth->events);
	assert_int_equal(used + free_slots(object, "contended"), CONTENDED_ENTRIES);
	assert_int_equal(used, CONTENDED_ENTRIES);
	assert_in_range(rest[0], 1, 3 * truth->events);

	used = total(object, "contended_histogram", found, rest, 1 + 8);
	assert_int_equal(used + free_slots(object, "contended_histogram"), CONTENDED_ENTRIES);
	assert_int_equal(found[0] + rest[0], truth->sum);
	for (unsigned int i = 0; i < 8; i++)
		sum += found[1 + i] + rest[1 + i];
	assert_int_equal(sum, truth->events);

	used = total(object, "contended_exponential", found, rest, WORDS);
	assert_int_equal(used + free_slots(object, "contended_exponential"), CONTENDED_ENTRIES);
	assert_int_equal(found[0] + rest[0], truth->sum);
	sum = found[1] + rest[1]; /* zeros */
	for (unsigned int i = 4; i < WORDS; i++)
		sum += found[i] + rest[i];
	assert_int_equal(sum, truth->events);

	sum = shard_sum(object, "contended_shards", -1);
	for (int i = 0; i < 4; i++)
		sum += shard_sum(object, "contended_shards", i);
	assert_int_equal(sum, 3 * truth->events);
}

/* Each series has one key, so its minimum and maximum are known as well. */
static void check_extents(void)
{
	struct memory slots = open_slots(object, "contended_exponential");

	for (uint32_t slot = 1; slot < slots.elements; slot++) {
		const struct exponential *found = (const void *)slot_value(&slots, slot);
		uint32_t key;

		memcpy(&key, slot_key(&slots, slot), sizeof(key));
		assert_int_equal(found->max, key);
		assert_int_equal(~found->inverse_min, key);
	}
	close_memory(&slots);
}

static int load(void **state);
static int unload(void **state);

static void one_round(int round)
{
	const struct truth *truth = open_truth();
	struct contention contention;
	int cpus;

	contention_begin(&contention, object, (uint32_t)runs_per_cpu, 20000);
	cpus = contention.cpus;
	contention_wait(&contention);
	print_message("round %d: %llu events on %d CPUs, %llu of them in interrupts\n", round,
		(unsigned long long)truth->events, cpus, (unsigned long long)truth->interrupts);
	assert_int_equal(truth->events, (uint64_t)cpus * runs_per_cpu + truth->interrupts);
	check_totals(truth);
	check_extents();
	munmap((void *)truth, sizeof(*truth));
}

/* Each time with empty maps: most of what can go wrong goes wrong while keys are new. */
static void test_all_at_once(void **state)
{
	for (int round = 1; round <= rounds; round++) {
		if (round > 1) {
			unload(state);
			assert_int_equal(load(state), 0);
		}
		one_round(round);
	}
}

/* What src/probe does: a shard for each CPU, all slots free. */
static int prepare(bool after)
{
	struct bpf_map *map, *free_map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);
		char full[64];

		if (!after && strstr(name, "shards"))
			bpf_map__set_max_entries(map, (uint32_t)libbpf_num_possible_cpus());
		snprintf(full, sizeof(full), "%s_free", name);
		free_map = bpf_object__find_map_by_name(object, full);
		for (uint32_t slot = 1; after && free_map && slot < bpf_map__max_entries(map);
			slot++) {
			if (bpf_map_update_elem(bpf_map__fd(free_map), NULL, &slot, BPF_ANY))
				return -1;
		}
	}
	return 0;
}

static int load(void **state)
{
	(void)state;
	object = bpf_object__open(OBJECT_FILE);
	if (!object || prepare(false) || bpf_object__load(object))
		return -1;
	return prepare(true);
}

static int unload(void **state)
{
	(void)state;
	bpf_object__close(object);
	return 0;
}

/* With a number: one of so many of the runs, in two rounds, for a machine that is emulated. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_buckets, load, unload),
		cmocka_unit_test_setup_teardown(test_exponential, load, unload),
		cmocka_unit_test_setup_teardown(test_full, load, unload),
		cmocka_unit_test_setup_teardown(test_extremes, load, unload),
		cmocka_unit_test_setup_teardown(test_all_at_once, load, unload),
	};
	uint64_t part = 1;

	if (argc > 1 && (str_to_u64(argv[1], &part) || !part || part > RUNS_PER_CPU))
		return EXIT_FAILURE;
	runs_per_cpu /= part;
	rounds = part > 1 ? 2 : ROUNDS;
	if (geteuid()) {
		printf("SKIP: needs root\n");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
