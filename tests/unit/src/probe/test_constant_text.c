/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "fixture.h"
#include "probe/probe_private.h"
#include "test.h"

static struct err err;
static struct probe *probe;

static int set_up(void **state)
{
	(void)state;
	return probe_open(&probe, object_path("constants"), NULL, 0, &err);
}

static int tear_down(void **state)
{
	(void)state;
	probe_free(probe);
	return 0;
}

/* What the object would be loaded with. */
static const unsigned char *bytes_of(const char *name, uint32_t *size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(probe->object, ".rodata");
	const struct btf_var_secinfo *info;
	const char *near;
	size_t all;

	assert_int_equal(constant_find(probe, name, &info, &near, &err), 0);
	*size = info->size;
	return (const unsigned char *)bpf_map__initial_value(map, &all) + info->offset;
}

static void values(void **state)
{
	static const struct {
		const char *name, *text;
		bool quoted;
		int64_t value;
	} rows[] = {
		{"u8", "0", false, 0},
		{"u8", "255", false, 0xff},
		{"u8", "0x10", false, 16},
		{"u16", "65535", false, 65535},
		{"u32", "4294967295", false, UINT32_MAX},
		{"u64", "18446744073709551615", false, -1},
		{"s8", "-128", false, 0x80},
		{"s8", "127", false, 0x7f},
		{"s64", "-9223372036854775808", false, INT64_MIN},
		{"yes", "true", false, 1},
		{"yes", "false", false, 0},
		{"mode", "MODE_FAST", false, 1},
		{"mode", "MODE_SLOW", true, 2},
		{"mode", "1", false, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const unsigned char *bytes;
		uint64_t found = 0;
		uint32_t size;

		if (probe_set_constant_text(
			    probe, rows[i].name, rows[i].text, rows[i].quoted, &err))
			fail_msg("%s", err.text);
		bytes = bytes_of(rows[i].name, &size);
		for (uint32_t b = 0; b < size; b++) {
			bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

			found |= (uint64_t)bytes[b] << 8 * (little ? b : size - 1 - b);
		}
		if (found != (uint64_t)rows[i].value)
			fail_msg("row %zu: %llx", i, (unsigned long long)found);
	}
}

static void texts(void **state)
{
	uint32_t size;

	(void)state;
	assert_int_equal(probe_set_constant_text(probe, "name", "1234567", false, &err), 0);
	assert_memory_equal(bytes_of("name", &size), "1234567", 8);
	assert_int_equal(probe_set_constant_text(probe, "name", "ab", true, &err), 0);
	assert_memory_equal(bytes_of("name", &size), "ab\0\0\0\0\0", 8);
	assert_int_equal(probe_set_constant_text(probe, "name", "", true, &err), 0);
	assert_memory_equal(bytes_of("name", &size), "\0\0\0\0\0\0\0", 8);
	assert_int_equal(size, 8);
}

static void mistakes(void **state)
{
	static const struct {
		const char *name, *text;
		bool quoted;
		int result;
		const char *message;
	} rows[] = {
		{"u8", "256", false, -EINVAL, "found '256', expected a number from 0 to 255"},
		{"u8", "-1", false, -EINVAL, "found '-1', expected a number from 0 to 255"},
		{"u8", "1", true, -EINVAL, "found the text '1', expected a number from 0 to 255"},
		{"u8", "", true, -EINVAL, "found the text '', expected a number from 0 to 255"},
		{"u64", "18446744073709551616", false, -EINVAL,
			"found '18446744073709551616', expected a number from 0 to "
			"18446744073709551615"},
		{"s8", "128", false, -EINVAL, "found '128', expected a number from -128 to 127"},
		{"s8", "-129", false, -EINVAL, "found '-129', expected a number from -128 to 127"},
		{"s64", "-9223372036854775809", false, -EINVAL,
			"found '-9223372036854775809', expected a number from -9223372036854775808 "
			"to 9223372036854775807"},
		{"yes", "1", false, -EINVAL, "found '1', expected true or false"},
		{"yes", "true", true, -EINVAL, "found the text 'true', expected true or false"},
		{"mode", "MODE_SLO", false, -EINVAL, "found 'MODE_SLO'; did you mean 'MODE_SLOW'?"},
		{"mode", "3", false, -EINVAL, "found '3', expected a name of its enum"},
		{"name", "12345678", false, -EINVAL,
			"found 8 bytes of text, expected at most 7: it is a char[8]"},
		{"numbers", "1", false, -EINVAL, "found a type that a definition cannot set"},
		{"record", "1", false, -EINVAL, "found a type that a definition cannot set"},
		{"fixed", "1", false, -EINVAL,
			"it is const alone, so its value is in the code already; declare it const "
			"volatile"},
		{"moed", "1", false, -ENOENT,
			"the object has no such constant; did you mean 'mode'?"},
		{"nothing_like_it", "1", false, -ENOENT, "the object has no such constant (const"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char expected[256];

		snprintf(expected, sizeof(expected), "constant %s: %s", rows[i].name,
			rows[i].message);
		assert_int_equal(probe_set_constant_text(
					 probe, rows[i].name, rows[i].text, rows[i].quoted, &err),
			rows[i].result);
		if (strncmp(err.text, expected, strlen(expected)) != 0)
			fail_msg("row %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(texts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mistakes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
