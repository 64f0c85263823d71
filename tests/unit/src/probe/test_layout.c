/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/layout.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "fixture.h"

struct expected {
	const char *name;
	enum field_kind kind;
	uint32_t offset, size, element_size;
	uint8_t bits, first_bit;
};

static struct err err;
static struct arena arena;
static struct probe *probe;

static int set_up(void **state)
{
	(void)state;
	return probe_open(&probe, object_path("layouts"), NULL, 0, &err);
}

static int tear_down(void **state)
{
	(void)state;
	probe_free(probe);
	return 0;
}

static int drop_arena(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void assert_layout(
	const struct layout *layout, const struct expected *expected, size_t count, uint32_t size)
{
	assert_int_equal(layout->size, size);
	assert_int_equal(layout->field_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &layout->fields[i];

		assert_string_equal(field->name, expected[i].name);
		assert_int_equal(field->kind, expected[i].kind);
		assert_int_equal(field->offset, expected[i].offset);
		assert_int_equal(field->size, expected[i].size);
		assert_int_equal(field->element_size, expected[i].element_size);
		assert_int_equal(field->bits, expected[i].bits);
		assert_int_equal(field->first_bit, expected[i].first_bit);
	}
}

static void plain_types_are_one_field(void **state)
{
	static const struct expected u32 = {"", FIELD_UINT, 0, 4, 0, 0, 0};
	static const struct expected s64 = {"", FIELD_INT, 0, 8, 0, 0, 0};
	static const struct expected color = {"", FIELD_ENUM, 0, 4, 0, 0, 0};
	static const struct expected slots = {"", FIELD_ARRAY, 0, 216, 8, 0, 0};
	static const struct expected text = {"", FIELD_CHARS, 0, 8, 0, 0, 0};
	static const struct expected count = {"count", FIELD_UINT, 0, 8, 0, 0, 0};
	(void)state;

	assert_layout(&probe_map(probe, "plain")->key, &u32, 1, 4);
	assert_layout(&probe_map(probe, "plain")->value, &s64, 1, 8);
	assert_layout(&probe_map(probe, "arrays")->key, &color, 1, 4);
	assert_layout(&probe_map(probe, "arrays")->value, &slots, 1, 216);
	assert_layout(&probe_map(probe, "flags")->value, &text, 1, 8);
	assert_layout(&probe_map(probe, "records")->value, &count, 1, 8);
}

static void struct_members_are_fields(void **state)
{
	static const struct expected fields[] = {
		{"u8", FIELD_UINT, 0, 1, 0, 0, 0},
		{"yes", FIELD_BOOL, 1, 1, 0, 0, 0},
		{"port", FIELD_UINT, 2, 2, 0, 0, 0},
		{"s32", FIELD_INT, 4, 4, 0, 0, 0},
		{"comm", FIELD_CHARS, 8, 16, 0, 0, 0},
		{"mac", FIELD_ARRAY, 24, 6, 1, 0, 0},
		{"slots", FIELD_ARRAY, 32, 24, 8, 0, 0},
		{"color", FIELD_ENUM, 56, 4, 0, 0, 0},
		{"sign", FIELD_ENUM, 60, 4, 0, 0, 0},
		{"inner.dev", FIELD_UINT, 64, 4, 0, 0, 0},
		{"inner.text", FIELD_CHARS, 68, 3, 0, 0, 0},
		{"inner.small", FIELD_INT, 71, 1, 0, 0, 0},
		{"union_72", FIELD_BYTES, 72, 8, 0, 0, 0},
		{"a", FIELD_UINT, 72, 4, 0, 0, 0},
		{"b", FIELD_UINT, 72, 8, 0, 0, 0},
		{"address", FIELD_BYTES, 80, 16, 0, 0, 0},
		{"address.v4", FIELD_UINT, 80, 4, 0, 0, 0},
		{"address.v6", FIELD_ARRAY, 80, 16, 1, 0, 0},
		{"pointer", FIELD_BYTES, 96, 8, 0, 0, 0},
		{"numbers", FIELD_BYTES, 104, 8, 0, 0, 0},
		{"grid", FIELD_BYTES, 112, 8, 0, 0, 0},
		{"two", FIELD_BYTES, 120, 16, 0, 0, 0},
	};
	const struct map_info *map = probe_map(probe, "records");
	const struct field *field;
	(void)state;

	assert_layout(&map->key, fields, ARRAY_SIZE(fields), 136);
	field = layout_find(&map->key, "color");
	assert_int_equal(field->enum_count, 2);
	assert_string_equal(field->enum_names[1].name, "BLUE");
	assert_int_equal(field->enum_names[1].value, 7);
	field = layout_find(&map->key, "sign");
	assert_string_equal(field->enum_names[0].name, "MINUS");
	assert_int_equal(field->enum_names[0].value, -3);
}

static void bit_fields_have_a_place_in_bytes(void **state)
{
	static const struct expected fields[] = {
		{"low", FIELD_UINT, 0, 1, 0, 3, 0},
		{"middle", FIELD_INT, 0, 2, 0, 10, 3},
		{"high", FIELD_UINT, 2, 2, 0, 16, 0},
		{"color", FIELD_ENUM, 4, 1, 0, 4, 0},
		{"yes", FIELD_BOOL, 4, 1, 0, 1, 4},
		{"whole", FIELD_UINT, 8, 8, 0, 0, 0},
	};
	const struct map_info *map = probe_map(probe, "flags");
	(void)state;

	assert_layout(&map->key, fields, ARRAY_SIZE(fields), 16);
	assert_int_equal(layout_find(&map->key, "color")->enum_count, 2);
}

static void unions_are_bytes_and_members(void **state)
{
	static const struct expected fields[] = {
		{"", FIELD_BYTES, 0, 8, 0, 0, 0},
		{"id", FIELD_UINT, 0, 8, 0, 0, 0},
		{"half.low", FIELD_UINT, 0, 4, 0, 0, 0},
		{"half.high", FIELD_UINT, 4, 4, 0, 0, 0},
		{"union_0", FIELD_BYTES, 0, 4, 0, 0, 0},
		{"text", FIELD_CHARS, 0, 4, 0, 0, 0},
		{"flag", FIELD_BOOL, 0, 1, 0, 1, 0},
	};
	(void)state;

	assert_layout(&probe_map(probe, "unions")->key, fields, ARRAY_SIZE(fields), 8);
}

static void enums_have_the_values_of_their_bytes(void **state)
{
	struct btf *btf = btf__new_empty();
	struct layout layout;
	(void)state;

	assert_int_equal(btf__add_enum64(btf, "wide", 8, true), 1);
	assert_int_equal(btf__add_enum64_value(btf, "LOW", (uint64_t)INT64_MIN), 0);
	assert_int_equal(btf__add_enum64_value(btf, "HIGH", UINT64_C(1) << 40), 0);
	assert_int_equal(btf__add_enum(btf, "narrow", 1), 2);
	assert_int_equal(btf__add_enum_value(btf, "ALL", 255), 0);
	assert_int_equal(layout_from_btf(&arena, btf, 1, 8, &layout, &err), 0);
	assert_int_equal(layout.fields[0].kind, FIELD_ENUM);
	assert_int_equal(layout.fields[0].enum_names[0].value, INT64_MIN);
	assert_int_equal(layout.fields[0].enum_names[1].value, INT64_C(1) << 40);
	assert_string_equal(layout.fields[0].enum_names[1].name, "HIGH");
	assert_int_equal(layout_from_btf(&arena, btf, 2, 1, &layout, &err), 0);
	assert_int_equal(layout.fields[0].enum_names[0].value, -1);
	btf__free(btf);
}

static void assert_refused(const struct btf *btf, uint32_t id, uint32_t size, const char *text)
{
	struct layout layout;

	err.text[0] = '\0';
	assert_int_equal(layout_from_btf(&arena, btf, id, size, &layout, &err), -EINVAL);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, err.text);
}

static void bit_fields_that_lie(void **state)
{
	static const struct expected bytes = {"x", FIELD_BYTES, 0, 9, 0, 0, 0};
	struct btf *btf = btf__new_empty();
	struct layout layout;
	(void)state;

	assert_int_equal(btf__add_int(btf, "u32", 4, 0), 1);
	assert_int_equal(btf__add_struct(btf, "outside", 4), 2);
	assert_int_equal(btf__add_field(btf, "x", 1, 30, 3), 0);
	assert_int_equal(btf__add_struct(btf, "wide", 9), 3);
	assert_int_equal(btf__add_field(btf, "x", 1, 0, 65), 0);
	assert_int_equal(btf__add_struct(btf, "of_struct", 16), 4);
	assert_int_equal(btf__add_field(btf, "x", 3, 0, 3), 0);
	assert_refused(btf, 2, 4, "has its field \"x\" outside of its 4 bytes");
	assert_int_equal(layout_from_btf(&arena, btf, 3, 9, &layout, &err), 0);
	assert_layout(&layout, &bytes, 1, 9);
	assert_int_equal(layout_from_btf(&arena, btf, 4, 16, &layout, &err), 0);
	assert_int_equal(layout.fields[0].kind, FIELD_BYTES);
	assert_int_equal(layout.fields[0].bits, 0);
	btf__free(btf);
}

static void wrong_sizes_are_refused(void **state)
{
	struct btf *btf = btf__new_empty();
	(void)state;

	assert_int_equal(btf__add_int(btf, "u32", 4, 0), 1);
	assert_int_equal(btf__add_struct(btf, "outside", 8), 2);
	assert_int_equal(btf__add_field(btf, "far", 1, 40, 0), 0);
	assert_int_equal(btf__add_struct(btf, "beyond", 8), 3);
	assert_int_equal(btf__add_field(btf, "large", 4, 0, 0), 0);
	assert_int_equal(btf__add_array(btf, 1, 1, 1000), 4);
	assert_int_equal(btf__add_func_proto(btf, 1), 5);
	assert_refused(btf, 1, 8, "has a type of 4 bytes and a size of 8");
	assert_refused(btf, 2, 8, "has its field \"far\" outside of its 8 bytes");
	assert_refused(btf, 3, 8, "has a damaged array \"large\"");
	assert_refused(btf, 5, 8, "has a type without a size");
	assert_refused(btf, 99, 8, "has a type without a size");
	btf__free(btf);
}

static void depth_and_number_are_bounded(void **state)
{
	struct btf *btf = btf__new_empty();
	struct layout layout;
	char name[16];
	int many;
	(void)state;

	assert_int_equal(btf__add_int(btf, "u8", 1, 0), 1);
	for (int depth = 0; depth < 17; depth++) {
		assert_int_equal(btf__add_struct(btf, "deep", 1), depth + 2);
		assert_int_equal(btf__add_field(btf, "d", depth + 1, 0, 0), 0);
	}
	assert_int_equal(layout_from_btf(&arena, btf, 17, 1, &layout, &err), 0);
	assert_string_equal(layout.fields[0].name, "d.d.d.d.d.d.d.d.d.d.d.d.d.d.d.d");
	assert_refused(btf, 18, 1, "is nested more than 16 structs deep");

	many = btf__add_struct(btf, "many", 513);
	for (int i = 0; i < 513; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		assert_int_equal(btf__add_field(btf, name, 1, (uint32_t)i * 8, 0), 0);
	}
	assert_refused(btf, (uint32_t)many, 513, "has more than 512 fields");
	btf__free(btf);
}

/* A struct that contains itself would never end. */
static void struct_inside_itself_is_refused(void **state)
{
	struct btf *btf = btf__new_empty();
	(void)state;

	assert_int_equal(btf__add_struct(btf, "self", 4), 1);
	assert_int_equal(btf__add_field(btf, "a", 1, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "b", 1, 0, 0), 0);
	assert_refused(btf, 1, 4, "is nested more than 16 structs deep");
	btf__free(btf);
}

/* Four levels of 1,000 empty structs each have no field and 10^12 members. */
static void empty_members_are_bounded(void **state)
{
	struct btf *btf = btf__new_empty();
	(void)state;

	assert_int_equal(btf__add_struct(btf, "empty", 0), 1);
	for (int level = 1; level < 5; level++) {
		assert_int_equal(btf__add_struct(btf, "level", 4), level + 1);
		for (int i = 0; i < 1000; i++)
			assert_int_equal(btf__add_field(btf, NULL, level, 0, 0), 0);
	}
	assert_refused(btf, 5, 4, "has too many empty members");
	btf__free(btf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_types_are_one_field, set_up, tear_down),
		cmocka_unit_test_setup_teardown(struct_members_are_fields, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			bit_fields_have_a_place_in_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unions_are_bytes_and_members, set_up, tear_down),
		cmocka_unit_test_teardown(bit_fields_that_lie, drop_arena),
		cmocka_unit_test_teardown(enums_have_the_values_of_their_bytes, drop_arena),
		cmocka_unit_test_teardown(wrong_sizes_are_refused, drop_arena),
		cmocka_unit_test_teardown(depth_and_number_are_bounded, drop_arena),
		cmocka_unit_test_teardown(empty_members_are_bounded, drop_arena),
		cmocka_unit_test_teardown(struct_inside_itself_is_refused, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
