/* SPDX-License-Identifier: Apache-2.0 */
/* An entry of the index that a program holds, and that is another key's when the program goes on:
 * it must not count in that key's slot. */
#include "test_reuse.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "contention.h"
#include "read/slots.h"

enum {
	EXIT_SKIP = 77,
};

static struct bpf_object *object;

static struct map_info find_map(const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	assert_non_null(map);
	return (struct map_info){.name = name, .fd = bpf_map__fd(map)};
}

static int run_once(const char *program)
{
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet));

	return bpf_prog_test_run_opts(
		bpf_program__fd(bpf_object__find_program_by_name(object, program)), &options);
}

static void *hold(void *argument)
{
	(void)argument;
	stay_on(1);
	return (void *)(intptr_t)run_once("hold");
}

static void forget_key(const struct map_info *map, uint32_t key)
{
	assert_int_equal(slot_calls_kernel.forget(map, &key), 0);
}

/* Key 0 leaves while a program holds its entry of the index, and key 1 gets that entry. Returns
 * whether it came so; the program may have gone on too early. */
static bool reuse_entry(const struct map_info *map, struct held *held)
{
	uint32_t number = 0, key = 1;
	pthread_t thread;
	bool reused;

	memset(held, 0, sizeof(*held));
	assert_int_equal(run_once("count_0"), 0);
	assert_int_equal(pthread_create(&thread, NULL, hold, NULL), 0);
	while (!__atomic_load_n(&held->holds, __ATOMIC_ACQUIRE))
		;
	forget_key(map, 0);
	assert_int_equal(run_once("count_1"), 0);
	__atomic_store_n(&held->go, 1, __ATOMIC_RELEASE);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(bpf_map_lookup_elem(map->index->fd, &key, &number), 0);
	reused = held->number == number;
	if (reused)
		assert_int_equal(held->in_slot, 0);
	/* Nobody holds them any more. */
	forget_key(map, 1);
	for (number = 1; number <= 2; number++)
		assert_int_equal(slot_calls_kernel.release(map, number), 0);
	return reused;
}

static void test_an_entry_that_another_key_got(void **state)
{
	struct map_info map, index_map, free_map;
	unsigned int seen = 0;
	struct held *held;

	(void)state;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		print_message("SKIP: needs two CPUs\n");
		skip();
	}
	object = bpf_object__open(OBJECT_FILE);
	assert_non_null(object);
	assert_int_equal(bpf_object__load(object), 0);
	map = find_map("reused");
	index_map = find_map("reused_index");
	free_map = find_map("reused_free");
	map.index = &index_map;
	map.free_slots = &free_map;
	map.table.stride = 24;
	held = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		bpf_map__fd(bpf_object__find_map_by_name(object, ".bss.held")), 0);
	assert_true(held != MAP_FAILED);
	for (uint32_t slot = 1; slot <= 2; slot++)
		assert_int_equal(bpf_map_update_elem(free_map.fd, NULL, &slot, BPF_ANY), 0);
	stay_on(0);
	for (int i = 0; i < 2000 && seen < 20; i++)
		seen += reuse_entry(&map, held);
	print_message("%u times the entry was another key's\n", seen);
	assert_in_range(seen, 1, UINT32_MAX);
	munmap(held, 4096);
	bpf_object__close(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_entry_that_another_key_got),
	};

	if (geteuid()) {
		printf("SKIP: needs root\n");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
