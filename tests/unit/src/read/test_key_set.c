/* SPDX-License-Identifier: Apache-2.0 */
#include "read/key_set.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void make_key(unsigned char *key, size_t size, uint32_t number)
{
	memset(key, 0xab, size);
	memcpy(key, &number, size < sizeof(number) ? size : sizeof(number));
}

static void holds_what_was_added_and_nothing_else(void **state)
{
	static const size_t sizes[] = {2, 3, 4, 8, 17, 512};
	unsigned char key[512];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct key_set set;

		key_set_init(&set, sizes[i], 3000);
		for (int round = 0; round < 2; round++) {
			for (uint32_t n = 0; n < 3000; n++) {
				make_key(key, sizes[i], n);
				assert_false(key_set_has(&set, key));
				assert_int_equal(key_set_add(&set, key), 0);
				assert_true(key_set_has(&set, key));
			}
			make_key(key, sizes[i], 3001);
			assert_false(key_set_has(&set, key));
			assert_int_equal(key_set_add(&set, key), -ENOSPC);
			for (uint32_t n = 0; n < 3000; n++) {
				make_key(key, sizes[i], n);
				assert_true(key_set_has(&set, key));
			}
			key_set_clear(&set);
			assert_false(key_set_has(&set, key));
		}
		key_set_fini(&set);
		key_set_fini(&set);
	}
}

static void full_set_stops_growing(void **state)
{
	struct key_set set;
	const unsigned char *keys;
	uint32_t n;
	(void)state;

	key_set_init(&set, sizeof(n), 1000);
	for (n = 0; n < 1000; n++)
		assert_int_equal(key_set_add(&set, &n), 0);
	keys = set.keys;
	key_set_clear(&set);
	for (n = 0; n < 1000; n++)
		assert_int_equal(key_set_add(&set, &n), 0);
	assert_ptr_equal(set.keys, keys);
	assert_int_equal(set.room, 1000);
	key_set_fini(&set);
}

static void zeroed_set_can_be_freed(void **state)
{
	struct key_set set = {0};
	(void)state;

	key_set_fini(&set);
	assert_null(set.keys);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_was_added_and_nothing_else),
		cmocka_unit_test(full_set_stops_growing),
		cmocka_unit_test(zeroed_set_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
