/* SPDX-License-Identifier: Apache-2.0 */
#include "read/samples.h"

#include <errno.h>
#include <string.h>

#include "read/samples_private.h"
#include "test.h"

static uint64_t count_of(const struct sample_counts *counts, const void *key)
{
	uint32_t place = key_set_place(&counts->keys, key);

	return place < counts->keys.count ? counts->counts[place] : 0;
}

static void samples_are_counted_by_key(void **state)
{
	static const char samples[][8] = {"abcdXXXX", "abcdYYYY", "efgh", "abcd", "efgh"};
	struct sample_counts counts;

	(void)state;
	sample_counts_init(&counts, 4, 10);
	for (size_t i = 0; i < 5; i++)
		sample_counts_add(&counts, samples[i], i % 2 ? 8 : 4);
	assert_int_equal(counts.keys.count, 2);
	assert_int_equal(count_of(&counts, "abcd"), 3);
	assert_int_equal(count_of(&counts, "efgh"), 2);
	assert_int_equal(counts.lost, 0);
	sample_counts_fini(&counts);
	sample_counts_fini(&counts);
}

static void what_has_no_key_or_place_is_lost(void **state)
{
	struct sample_counts counts;

	(void)state;
	sample_counts_init(&counts, 4, 100);
	sample_counts_add(&counts, "abc", 3);
	sample_counts_add(&counts, "", 0);
	assert_int_equal(counts.lost, 2);
	for (uint32_t turn = 1; turn <= 2; turn++) {
		for (uint32_t i = 0; i < 150; i++)
			sample_counts_add(&counts, &i, sizeof(i));
		assert_int_equal(counts.keys.count, 100);
		assert_int_equal(counts.lost, 2 + turn * 50);
		for (uint32_t i = 0; i < 100; i++)
			assert_int_equal(count_of(&counts, &i), turn);
	}
	sample_counts_fini(&counts);
}

static void a_map_that_is_none(void **state)
{
	static const struct map_info map = {.name = "m", .fd = -1};
	struct samples *samples = NULL;
	struct err err;

	(void)state;
	assert_true(samples_new(&samples, &map, 4, &err) < 0);
	assert_non_null(strstr(err.text, "map m: its samples cannot be read"));
	assert_null(samples);
	samples_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_counted_by_key),
		cmocka_unit_test(what_has_no_key_or_place_is_lost),
		cmocka_unit_test(a_map_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
