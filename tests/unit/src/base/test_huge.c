/* SPDX-License-Identifier: Apache-2.0 */
#include "base/huge.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "test.h"

/* Whatever the size and the place. */
static void test_contents_stay(void **state)
{
	static const size_t sizes[] = {
		0, 1, 4096, HUGE_BYTES_MIN - 1, HUGE_BYTES_MIN, HUGE_BYTES_MIN + 12345};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned char *bytes = malloc(sizes[i] + 64);

		assert_non_null(bytes);
		for (size_t at = 0; at < sizes[i] + 64; at++)
			bytes[at] = (unsigned char)(at * 7);
		huge_advise(bytes, sizes[i]);
		huge_advise(bytes + 61, sizes[i]);
		for (size_t at = 0; at < sizes[i] + 64; at++)
			assert_int_equal(bytes[at], (unsigned char)(at * 7));
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
