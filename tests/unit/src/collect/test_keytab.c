/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/keytab.h"

#include <stdbool.h>
#include <string.h>

#include "test.h"

enum {
	MANY = 5000
};

static struct keytab_entry *get(struct keytab *table, const void *key)
{
	uint32_t number = 0;

	assert_int_equal(keytab_get(table, key, 0, 1, &number), 0);
	assert_int_not_equal(number, 0);
	return keytab_entry(table, number);
}

static void test_keys_are_remembered(void **state)
{
	struct keytab *table = keytab_new(sizeof(uint64_t));

	(void)state;
	keytab_begin(table);
	for (uint64_t key = 0; key < MANY; key++) {
		struct keytab_entry *entry = get(table, &key);

		assert_int_equal(entry->series, KEYTAB_UNKNOWN);
		entry->series = (uint32_t)key;
	}
	for (uint64_t key = 0; key < MANY; key++)
		assert_int_equal(get(table, &key)->series, key);
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
			get(table, &key)->series = key;
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
			struct keytab_entry *entry = get(table, key);

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
	get(table, "a")->series = 1;
	get(table, "b")->series = 2;
	keytab_end(table);
	keytab_begin(table);
	get(table, "a");
	keytab_begin(table);
	assert_int_equal(get(table, "b")->series, 2);
	assert_int_equal(keytab_count(table), 2);
	keytab_free(table);
	keytab_free(NULL);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 8;
}

/* A pass over keys in this order; each must be known as `series`, itself. Returns look-ups. */
static uint64_t walk(struct keytab *table, const uint32_t *keys, size_t count, bool known)
{
	uint64_t before = keytab_lookups(table);
	uint32_t numbers[MANY];

	keytab_begin(table);
	assert_int_equal(keytab_get(table, keys, sizeof(*keys), count, numbers), 0);
	for (size_t i = 0; i < count; i++) {
		struct keytab_entry *entry = keytab_entry(table, numbers[i]);

		if (known)
			assert_int_equal(entry->series, keys[i]);
		assert_true(entry->series == keys[i] || entry->series == KEYTAB_UNKNOWN);
		entry->series = keys[i];
	}
	keytab_end(table);
	assert_int_equal(keytab_count(table), count);
	return keytab_lookups(table) - before;
}

static void shuffle(uint32_t *keys, size_t count, uint32_t *seed)
{
	for (size_t i = count - 1; i; i--) {
		size_t j = next_random(seed) % (i + 1);
		uint32_t key = keys[i];

		keys[i] = keys[j];
		keys[j] = key;
	}
}

static void test_the_order_of_a_walk_is_learnt(void **state)
{
	struct keytab *table = keytab_new(sizeof(uint32_t));
	uint32_t keys[MANY], seed = 5;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		keys[i] = i;
	shuffle(keys, MANY, &seed);
	assert_int_equal(walk(table, keys, MANY, false), MANY);
	assert_int_equal(walk(table, keys, MANY, true), 0);
	/* Another order is looked up once. */
	shuffle(keys, MANY, &seed);
	assert_true(walk(table, keys, MANY, true) > MANY * 9 / 10);
	assert_int_equal(walk(table, keys, MANY, true), 0);
	/* One that is gone costs one look-up, one that is new another two. */
	keys[100] = MANY;
	assert_in_range(walk(table, keys, MANY, false), 1, 2);
	assert_int_equal(walk(table, keys, MANY, true), 0);
	assert_int_equal(walk(table, keys, 77, true), 0);
	assert_int_equal(walk(table, keys, 77, true), 0);
	keytab_free(table);
}

/* Whatever comes, goes and changes its place: every key has the entry that it had. */
static void test_passes_at_random(void **state)
{
	struct keytab *table = keytab_new(sizeof(uint32_t));
	bool there[600] = {false};
	uint32_t seed = 77;

	(void)state;
	for (int pass = 0; pass < 400; pass++) {
		uint32_t keys[600], count = 0, gone = next_random(&seed) % 5;
		bool now[600] = {false};

		for (uint32_t key = 0; key < 600; key++)
			if (next_random(&seed) % 4 >= gone / 2 * 3)
				keys[count++] = key;
		if (pass % 3 == 0 && count)
			shuffle(keys, count, &seed);
		keytab_begin(table);
		for (uint32_t i = 0; i < count; i++) {
			struct keytab_entry *entry = get(table, &keys[i]);

			assert_int_equal(entry->series, there[keys[i]] ? keys[i] : KEYTAB_UNKNOWN);
			entry->series = keys[i];
			now[keys[i]] = there[keys[i]] = true;
		}
		if (pass % 5 == 0)
			continue; /* cut short */
		keytab_end(table);
		assert_int_equal(keytab_count(table), count);
		memcpy(there, now, sizeof(there));
	}
	keytab_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_are_remembered),
		cmocka_unit_test(test_who_is_forgotten_is_told),
		cmocka_unit_test(test_keys_that_are_gone_are_forgotten),
		cmocka_unit_test(test_a_pass_cut_short_forgets_nothing),
		cmocka_unit_test(test_the_order_of_a_walk_is_learnt),
		cmocka_unit_test(test_passes_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
