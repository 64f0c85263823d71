/* SPDX-License-Identifier: Apache-2.0 */
/* Real maps of this kernel; needs root. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "read/reader.h"

enum {
	ENTRIES = 10000,
	STAYING = 6000, /* keys below stay while others come and go */
	CHURN_KEYS = 3000,
	PASSES = 20,
	SKIPPED = 77,
};

static struct err err;
static unsigned int seen[ENTRIES];

static int refuse_batch(
	int fd, void *in_position, void *out_position, void *keys, void *values, uint32_t *count)
{
	(void)fd, (void)in_position, (void)out_position, (void)keys, (void)values;
	*count = 0;
	return -EINVAL;
}

static int update(const struct map_info *info, uint32_t key, uint64_t *values)
{
	uint32_t cpus = possible_cpus();

	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		values[cpu] = (uint64_t)key * 1000 + cpu;
	return bpf_map_update_elem(info->fd, &key, values, BPF_ANY);
}

static struct map_info make_map(uint32_t type)
{
	/* An LRU map evicts from its per-CPU lists well before it is full. */
	bool lru = type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
	uint32_t max_entries = lru ? ENTRIES * 2 : ENTRIES;
	struct map_info info = {
		.name = "real",
		.type = type,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(uint64_t),
		.max_entries = max_entries,
	};

	info.fd = bpf_map_create(
		type, "real", sizeof(uint32_t), sizeof(uint64_t), max_entries, NULL);
	assert_true(info.fd >= 0);
	return info;
}

static void fill(const struct map_info *info)
{
	uint64_t *values = calloc(possible_cpus(), sizeof(*values));

	assert_non_null(values);
	for (uint32_t key = 0; key < ENTRIES; key++)
		assert_int_equal(update(info, key, values), 0);
	free(values);
}

/* One pass; rows are counted in `seen` and each CPU's value is checked. */
static long read_map(struct reader *reader, uint32_t max_key)
{
	struct batch batch;
	long rows = 0;
	int rc;

	memset(seen, 0, sizeof(seen));
	reader_rewind(reader);
	while ((rc = reader_next(reader, &batch, &err)) == 1) {
		for (size_t i = 0; i < batch.count; i++) {
			const unsigned char *value = batch.values + i * batch.value_stride;
			uint64_t number;
			uint32_t key;

			memcpy(&key, batch.keys + i * batch.key_stride, sizeof(key));
			if (key >= max_key)
				continue;
			seen[key]++;
			rows++;
			for (uint32_t cpu = 0; cpu < batch.cpu_count; cpu++) {
				memcpy(&number, value + cpu * batch.cpu_stride, sizeof(number));
				assert_int_equal(number, (uint64_t)key * 1000 + cpu);
			}
		}
	}
	if (rc < 0)
		print_message("%s\n", err.text);
	return rc < 0 ? rc : rows;
}

static const uint32_t types[] = {
	BPF_MAP_TYPE_HASH,
	BPF_MAP_TYPE_LRU_HASH,
	BPF_MAP_TYPE_PERCPU_HASH,
	BPF_MAP_TYPE_LRU_PERCPU_HASH,
	BPF_MAP_TYPE_ARRAY,
	BPF_MAP_TYPE_PERCPU_ARRAY,
};

static void read_both_ways(const struct map_info *info, uint32_t keys, int passes)
{
	struct map_calls walking = map_calls_kernel;
	struct reader *readers[2];

	walking.lookup_batch = refuse_batch;
	assert_int_equal(reader_new(&readers[0], info, &map_calls_kernel, &err), 0);
	assert_int_equal(reader_new(&readers[1], info, &walking, &err), 0);
	for (int i = 0; i < passes * 2; i++) {
		assert_int_equal(read_map(readers[i % 2], keys), keys);
		for (uint32_t key = 0; key < keys; key++)
			assert_int_equal(seen[key], 1);
	}
	reader_free(readers[0]);
	reader_free(readers[1]);
}

static void batch_and_walk_give_all_rows(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct map_info info = make_map(types[i]);

		fill(&info);
		read_both_ways(&info, ENTRIES, 2);
		close(info.fd);
	}
}

struct churn {
	struct map_info info;
	atomic_bool stop;
	atomic_ulong changes;
};

static void *churn_keys(void *argument)
{
	struct churn *churn = argument;
	uint64_t *values = calloc(possible_cpus(), sizeof(*values));
	uint32_t n = 1;

	while (values && !atomic_load(&churn->stop)) {
		uint32_t key;

		n = n * 1664525 + 1013904223;
		key = ENTRIES + (n >> 16) % CHURN_KEYS;
		if (bpf_map_delete_elem(churn->info.fd, &key) < 0)
			(void)!update(&churn->info, key, values);
		atomic_fetch_add(&churn->changes, 1);
	}
	free(values);
	return NULL;
}

static void what_stays_comes_once_while_others_change(void **state)
{
	static const uint32_t hashes[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		struct churn churn = {.info = make_map(hashes[i])};
		uint64_t *values = calloc(possible_cpus(), sizeof(*values));
		unsigned long before;
		pthread_t thread;

		assert_non_null(values);
		for (uint32_t key = 0; key < STAYING; key++)
			assert_int_equal(update(&churn.info, key, values), 0);
		assert_int_equal(pthread_create(&thread, NULL, churn_keys, &churn), 0);
		while (!atomic_load(&churn.changes))
			sched_yield();
		before = atomic_load(&churn.changes);
		read_both_ways(&churn.info, STAYING, PASSES);
		assert_true(atomic_load(&churn.changes) > before);
		atomic_store(&churn.stop, true);
		pthread_join(thread, NULL);
		free(values);
		close(churn.info.fd);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(batch_and_walk_give_all_rows),
		cmocka_unit_test(what_stays_comes_once_while_others_change),
	};
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "try", 4, 8, 1, NULL);

	if (fd < 0) {
		printf("SKIP: no BPF maps can be made here: %s; run as root\n", strerror(-fd));
		return SKIPPED;
	}
	close(fd);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
