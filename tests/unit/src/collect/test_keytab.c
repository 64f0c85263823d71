/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/keytab.h"

#include "test.h"

enum {
	MANY = 5000
};

static void test_keys_are_remembered(void **state)
{
	struct keytab *table = keytab_new(sizeof(uint64_t));

	(void)state;
	keytab_begin(table);
	for (uint64_t key = 0; key < MANY; key++) {
		struct keytab_entry *entry = keytab_get(table, &key);

		assert_int_equal(entry->series, KEYTAB_UNKNOWN);
		entry->series = (uint32_t)key;
	}
	for (uint64_t key = 0; key < MANY; key++)
		assert_int_equal(keytab_get(table, &key)->series, key);
	keytab_end(table);
	assert_int_equal(keytab_count(table), MANY);
	keytab_free(table);
}

static void count_forgotten(void *context, const struct keytab_entry *entry)
{
	uint32_t *sums = context;

	sums[0]++;
	sums[1] += entry->series;
}

static void test_who_is_forgotten_is_told(void **state)
{
	struct keytab *table = keytab_new(1);
	uint32_t sums[2] = {0};

	(void)state;
	keytab_on_forget(table, count_forgotten, sums);
	for (int pass = 0; pass < 2; pass++) {
		unsigned char end = pass ? 30 : 100;

		keytab_begin(table);
		for (unsigned char key = 0; key < end; key++)
			keytab_get(table, &key)->series = key;
		keytab_end(table);
	}
	assert_int_equal(sums[0], 70);
	assert_int_equal(sums[1], 99 * 100 / 2 - 29 * 30 / 2);
	keytab_free(table);
}

/* Passes in which other keys are there each time: what was not met is forgotten, all else stays. */
static void test_keys_that_are_gone_are_forgotten(void **state)
{
	struct keytab *table = keytab_new(5);

	(void)state;
	for (uint32_t pass = 0; pass < 20; pass++) {
		keytab_begin(table);
		for (uint32_t i = 0; i < 200; i++) {
			uint32_t number = pass * 50 + i;
			unsigned char key[5] = {
				(unsigned char)number, (unsigned char)(number >> 8)};
			struct keytab_entry *entry = keytab_get(table, key);

			if (pass && i < 150)
				assert_int_equal(entry->series, number);
			else
				assert_int_equal(entry->series, KEYTAB_UNKNOWN);
			entry->series = number;
		}
		keytab_end(table);
		assert_int_equal(keytab_count(table), 200);
	}
	keytab_begin(table);
	keytab_end(table);
	assert_int_equal(keytab_count(table), 0);
	keytab_free(table);
}

static void test_a_pass_cut_short_forgets_nothing(void **state)
{
	struct keytab *table = keytab_new(1);

	(void)state;
	keytab_begin(table);
	keytab_get(table, "a")->series = 1;
	keytab_get(table, "b")->series = 2;
	keytab_end(table);
	keytab_begin(table);
	keytab_get(table, "a");
	keytab_begin(table);
	assert_int_equal(keytab_get(table, "b")->series, 2);
	assert_int_equal(keytab_count(table), 2);
	keytab_free(table);
	keytab_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_are_remembered),
		cmocka_unit_test(test_who_is_forgotten_is_told),
		cmocka_unit_test(test_keys_that_are_gone_are_forgotten),
		cmocka_unit_test(test_a_pass_cut_short_forgets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
