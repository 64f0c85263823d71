/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"

#include "test.h"

enum {
	COUNT = 200
};

/* Every range against every bit. */
static void test_ranges(void **state)
{
	(void)state;
	assert_int_equal(bits_words(0), 0);
	assert_int_equal(bits_words(64), 1);
	assert_int_equal(bits_words(65), 2);
	for (size_t from = 0; from <= COUNT; from++) {
		for (size_t to = from; to <= COUNT; to += 1 + to % 7) {
			uint64_t words[4] = {0};

			bits_set(words, from, to);
			for (size_t bit = 0; bit < 256; bit++)
				assert_int_equal(bit_get(words, bit), bit >= from && bit < to);
			assert_int_equal(bits_any(words, 0, 256), from < to);
			assert_false(bits_any(words, 0, from));
			assert_false(bits_any(words, to, 256));
		}
	}
}

static void test_bits(void **state)
{
	uint64_t words[2] = {0}, word = UINT64_C(1) << 63 | 5;

	(void)state;
	bit_set(words, 64);
	bit_put(words, 3, true);
	assert_int_equal(words[0], 8);
	assert_int_equal(words[1], 1);
	bit_put(words, 64, false);
	bit_clear(words, 3);
	assert_int_equal(words[0] | words[1], 0);
	assert_int_equal(bits_next(&word), 0);
	assert_int_equal(bits_next(&word), 2);
	assert_int_equal(bits_next(&word), 63);
	assert_int_equal(word, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
