/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void sorted_and_complete(void **state)
{
	const struct decoder *const *all = decoder_all();
	size_t count = 0;

	(void)state;
	for (; all[count]; count++) {
		if (count)
			assert_true(strcmp(all[count - 1]->name, all[count]->name) < 0);
		assert_ptr_equal(decoder_find(all[count]->name), all[count]);
		assert_non_null(all[count]->decode);
		assert_true(strlen(all[count]->help) > 10);
		assert_null(strchr(all[count]->help, '\n'));
		/* State that nobody frees, or that nobody made. */
		assert_int_equal(!all[count]->init, !all[count]->fini);
	}
	assert_true(count >= 9);
}

static void names(void **state)
{
	(void)state;
	assert_null(decoder_find("Uint"));
	assert_null(decoder_find(""));
	assert_string_equal(decoder_nearest("major_minor"), "majorminor");
	assert_string_equal(decoder_nearest("staticmap"), "static_map");
	assert_string_equal(decoder_nearest("kysm"), "ksym");
	assert_null(decoder_nearest("frobnicate"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_and_complete),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
