/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

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

static void takes(const char *name, enum value_type type, uint32_t length, const char *refusal)
{
	struct err err = {""};
	int result = decoder_takes(decoder_find(name), type, length, &err);

	assert_int_equal(result, *refusal ? -EINVAL : 0);
	assert_string_equal(err.text, refusal);
}

static void what_they_take(void **state)
{
	(void)state;
	takes("uint", VALUE_BYTES, 1, "");
	takes("uint", VALUE_BYTES, 8, "");
	takes("uint", VALUE_BYTES, 3,
		"found 3 bytes, expected 1, 2, 4 or 8 for the decoder 'uint'");
	takes("port", VALUE_BYTES, 40,
		"found 40 bytes, expected 1, 2, 4 or 8 for the decoder 'port'");
	takes("uint", VALUE_UINT, 0, "");
	takes("uint", VALUE_STRING, 16, "");
	takes("inet_ip", VALUE_BYTES, 16, "");
	takes("inet_ip", VALUE_BYTES, 6,
		"found 6 bytes, expected 4 or 16 for the decoder 'inet_ip'");
	takes("mac", VALUE_BYTES, 6, "");
	takes("mac", VALUE_BYTES, 38, "found 38 bytes, expected 6 for the decoder 'mac'");
	takes("mac", VALUE_BOOL, 0, "found a number, expected bytes for the decoder 'mac'");
	takes("kstack", VALUE_BYTES, 160, "");
	takes("kstack", VALUE_UINT, 8, "found a number, expected bytes for the decoder 'kstack'");
	takes("usym", VALUE_STRING, 16, "found text, expected bytes for the decoder 'usym'");
	takes("dname", VALUE_STRING, 30, "");
	takes("dname", VALUE_INT, 4,
		"found a number, expected bytes or text for the decoder 'dname'");
	takes("string", VALUE_BYTES, 0, "");
	takes("hex", VALUE_BYTES, 31, "");
}

/* A decoder that is said not to take something must not be able to. */
static void what_they_do_not_take(void **state)
{
	static const char bytes[33] = "0";

	(void)state;
	for (const struct decoder *const *all = decoder_all(); *all; all++) {
		if ((*all)->needs_arguments || (*all)->init)
			continue;
		for (uint32_t length = 0; length < sizeof(bytes); length++) {
			struct value in = {.type = VALUE_BYTES, .length = length, .bytes = bytes},
				     out;
			struct arena arena = {0};
			struct err err = {""};

			if (decoder_takes(*all, in.type, length, &err))
				assert_int_equal(
					(*all)->decode(NULL, &in, &out, &arena, &err), -EINVAL);
			arena_fini(&arena);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_and_complete),
		cmocka_unit_test(names),
		cmocka_unit_test(what_they_take),
		cmocka_unit_test(what_they_do_not_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
