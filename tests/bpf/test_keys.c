/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of any size and alignment: those that differ in one byte have slots of their own, which hold
 * all of their bytes. */
#include "test_keys.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "memory.h"

enum {
	EXIT_SKIP = 77,
	KEY_MAX = 200,
};

#define KEY(name, type, parts) {#name, #name "_count", sizeof(type) * (parts)},
static const struct {
	const char *program, *map;
	size_t size;
} keys[] = {KEYS(KEY)};
#undef KEY

/* What is added to the first and to the last byte of a key, and how much it counts. */
static const uint64_t events[][3] = {{0, 0, 1}, {1, 0, 20}, {0, 2, 300}};

static struct bpf_object *object;

static uint64_t value_of(const struct memory *slots, const unsigned char *key)
{
	for (uint32_t slot = 1; slot < slots->elements; slot++) {
		if (!memcmp(slot_key(slots, slot), key, slots->key_size))
			return slot_value(slots, slot)[0];
	}
	return 0;
}

static void check_key(const char *map, size_t size)
{
	struct memory slots = open_slots(object, map);
	uint64_t sum, overflow;

	assert_int_equal(slots.key_size, size);
	assert_int_equal(total(object, map, &sum, &overflow, 1), ARRAY_SIZE(events));
	assert_int_equal(overflow, 0);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		unsigned char key[KEY_MAX];

		memset(key, 'a', size);
		key[0] += (unsigned char)events[i][0];
		key[size - 1] += (unsigned char)events[i][1];
		assert_int_equal(value_of(&slots, key), 2 * events[i][2]);
	}
	close_memory(&slots);
}

static void test_every_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct bpf_program *program = bpf_object__find_program_by_name(
			object, keys[i].program);

		assert_non_null(program);
		for (size_t j = 0; j < 2 * ARRAY_SIZE(events); j++) {
			LIBBPF_OPTS(bpf_test_run_opts, options,
				.ctx_in = events[j % ARRAY_SIZE(events)],
				.ctx_size_in = sizeof(*events));

			assert_int_equal(
				bpf_prog_test_run_opts(bpf_program__fd(program), &options), 0);
		}
		check_key(keys[i].map, keys[i].size);
	}
}

static int load(void **state)
{
	(void)state;
	object = bpf_object__open(OBJECT_FILE);
	if (!object || bpf_object__load(object))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char name[64];
		struct bpf_map *map;

		snprintf(name, sizeof(name), "%s_free", keys[i].map);
		map = bpf_object__find_map_by_name(object, name);
		for (uint32_t slot = 1; slot <= bpf_map__max_entries(map); slot++) {
			if (bpf_map_update_elem(bpf_map__fd(map), NULL, &slot, BPF_ANY))
				return -1;
		}
	}
	return 0;
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
		cmocka_unit_test(test_every_key),
	};

	if (geteuid()) {
		printf("SKIP: needs root\n");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, load, unload);
}
