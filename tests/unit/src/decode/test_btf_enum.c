/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/btf_enum.h"

#include <errno.h>

#include "../temporary.h"
#include "base/limits.h"
#include "btf_blob.h"

static struct arena arena;
static unsigned char blob[1024];
static size_t blob_size;

static int read_blob(size_t size, const char *name, struct kernel_enum *result, struct err *err)
{
	const char *path = temporary_write("btf", (const char *)blob, size);

	return btf_enum_read(path, name, &arena, result, err);
}

static void enums(void **state)
{
	static const struct {
		const char *name;
		size_t count;
		uint32_t size;
		struct kernel_enumerator last;
	} rows[] = {
		{"color", 3, 4, {0, "MINUS"}},
		{"COLOR_GREEN", 3, 4, {0, "MINUS"}},
		{"signed", 2, 4, {1, "COLOR_RED"}},
		{"wide", 2, 8, {7, "COLOR_RED"}},
		{"HUGE", 2, 8, {7, "COLOR_RED"}},
		{"TCP_ESTABLISHED", 1, 4, {1, "TCP_ESTABLISHED"}},
		{"small", 2, 1, {(uint64_t)-128, "MINUS"}},
	};
	struct kernel_enum found;
	struct err err;

	(void)state;
	blob_size = blob_make(blob);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct kernel_enumerator *last;

		if (read_blob(blob_size, rows[i].name, &found, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_int_equal(found.count, rows[i].count);
		assert_int_equal(found.size, rows[i].size);
		last = &found.enumerators[found.count - 1];
		assert_int_equal(last->value, rows[i].last.value);
		assert_string_equal(last->name, rows[i].last.name);
	}
	assert_int_equal(read_blob(blob_size, "wide", &found, &err), 0);
	assert_int_equal(found.enumerators[0].value, UINT64_C(0x10000000001));
	arena_fini(&arena);
}

static void missing(void **state)
{
	static const char *const names[] = {
		"colour", "olor", "colo", "color_", "record", "", "COLOR_RED\nx"};
	struct kernel_enum found;
	struct err err;

	(void)state;
	blob_size = blob_make(blob);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(read_blob(blob_size, names[i], &found, &err), -ENOENT);
		assert_non_null(strstr(err.text, "has no enum '"));
	}
	assert_int_equal(btf_enum_read("/nonexistent", "color", &arena, &found, &err), -ENOENT);
	assert_int_equal(btf_enum_read("/", "color", &arena, &found, &err), -EINVAL);
	arena_fini(&arena);
}

/* Every file that ends too early, and every one with a byte changed: an answer, and no more. */
static void damage(void **state)
{
	struct kernel_enum found;
	struct err err;

	(void)state;
	blob_size = blob_make(blob);
	for (size_t size = 0; size < blob_size; size++)
		assert_int_equal(read_blob(size, "small", &found, &err), -EINVAL);
	for (size_t i = 0; i < blob_size; i++) {
		blob_make(blob);
		blob[i] ^= 0xff;
		if (read_blob(blob_size, "small", &found, &err) == 0)
			assert_true(found.count <= LIMIT_ENUM_NAMES && found.size <= 8);
		arena_reset(&arena);
	}
	arena_fini(&arena);
}

static void too_many_names(void **state)
{
	enum {
		COUNT = LIMIT_ENUM_NAMES + 1
	};
	static uint32_t types[3 + 2 * COUNT] = {1, INFO(BTF_KIND_ENUM, COUNT), 4};
	static unsigned char large[sizeof(types) + 64];
	struct btf_header header = {.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = sizeof(types),
		.str_off = sizeof(types),
		.str_len = 6};
	struct kernel_enum found;
	struct err err;
	const char *path;

	(void)state;
	memcpy(large, &header, sizeof(header));
	memcpy(large + sizeof(header), types, sizeof(types));
	memcpy(large + sizeof(header) + sizeof(types), "\0many", 6);
	path = temporary_write("large", (const char *)large, sizeof(header) + sizeof(types) + 6);
	assert_int_equal(btf_enum_read(path, "many", &arena, &found, &err), -EINVAL);
	assert_string_equal(
		err.text, "the enum has 4097 names and 4 bytes, expected at most 4096 and 8");
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enums),
		cmocka_unit_test(missing),
		cmocka_unit_test(damage),
		cmocka_unit_test(too_many_names),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
