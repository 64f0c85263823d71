/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/btf_raw.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>

static struct err err;

/* 1 int, 2 typedef of 3, 3 struct { int member; }, 4 function type, 5 function, 6 enum64, 7 array
 */
static struct btf *make_btf(void)
{
	struct btf *btf = btf__new_empty();

	assert_non_null(btf);
	assert_int_equal(btf__add_int(btf, "int", 4, BTF_INT_SIGNED), 1);
	assert_int_equal(btf__add_typedef(btf, "btf_trace_thing", 3), 2);
	assert_int_equal(btf__add_struct(btf, "thing", 4), 3);
	assert_int_equal(btf__add_field(btf, "member", 1, 0, 0), 0);
	assert_int_equal(btf__add_func_proto(btf, 1), 4);
	assert_int_equal(btf__add_func(btf, "function", BTF_FUNC_STATIC, 4), 5);
	assert_int_equal(btf__add_enum64(btf, "large", 8, false), 6);
	assert_int_equal(btf__add_enum64_value(btf, "LARGE", UINT64_C(1) << 40), 0);
	assert_int_equal(btf__add_array(btf, 1, 1, 3), 7);
	return btf;
}

static int init_and_check(const void *bytes, uint32_t size)
{
	struct btf_raw raw;
	int rc = btf_raw_init(&raw, bytes, size, &err);

	return rc < 0 ? rc : btf_raw_check(&raw, &err);
}

static void names_are_found_with_their_kind(void **state)
{
	struct btf *btf = make_btf();
	uint32_t size;
	const void *bytes = btf__raw_data(btf, &size);
	struct btf_raw raw;
	(void)state;

	assert_int_equal(init_and_check(bytes, size), 0);
	assert_int_equal(btf_raw_init(&raw, bytes, size, &err), 0);
	assert_true(btf_raw_has(&raw, BTF_KIND_FUNC, btf_raw_string(&raw, "function")));
	assert_true(btf_raw_has(&raw, BTF_KIND_TYPEDEF, btf_raw_string(&raw, "btf_trace_thing")));
	assert_true(btf_raw_has(&raw, BTF_KIND_STRUCT, btf_raw_string(&raw, "thing")));
	/* Another kind, a member, the end and the start of a name, and no name. */
	assert_false(btf_raw_has(&raw, BTF_KIND_FUNC, btf_raw_string(&raw, "thing")));
	assert_false(btf_raw_has(&raw, BTF_KIND_FUNC, btf_raw_string(&raw, "member")));
	assert_int_equal(btf_raw_string(&raw, "unction"), 0);
	assert_int_equal(btf_raw_string(&raw, "functio"), 0);
	assert_int_equal(btf_raw_string(&raw, "nothing"), 0);
	btf__free(btf);
}

static void every_shorter_length_is_refused(void **state)
{
	struct btf *btf = make_btf();
	uint32_t size;
	const void *bytes = btf__raw_data(btf, &size);
	(void)state;

	for (uint32_t length = 0; length < size; length++) {
		void *copy = malloc(length + 1);

		assert_non_null(copy);
		memcpy(copy, bytes, length);
		assert_int_equal(init_and_check(copy, length), -EINVAL);
		assert_non_null(strstr(err.text, "its BTF "));
		free(copy);
	}
	btf__free(btf);
}

/* Where the types lie in the bytes of make_btf(). */
enum {
	TYPE_1 = 24,
	TYPE_2 = TYPE_1 + 16,
	TYPE_3 = TYPE_2 + 12,
	TYPE_4 = TYPE_3 + 24,
	TYPE_5 = TYPE_4 + 12,
	TYPE_6 = TYPE_5 + 12,
	TYPE_7 = TYPE_6 + 24,
};

static void damaged_types_are_refused(void **state)
{
	static const struct {
		size_t at; /* of a 32-bit word */
		uint32_t word;
	} cases[] = {
		{TYPE_1, 9999},				 /* name */
		{TYPE_1 + 4, 0},			 /* kind 0 */
		{TYPE_1 + 4, 31U << 24},		 /* unknown kind */
		{TYPE_2 + 8, 8},			 /* typedef of what is not there */
		{TYPE_2 + 8, 2},			 /* typedef of itself */
		{TYPE_3 + 4, BTF_KIND_STRUCT << 24 | 9}, /* more members than bytes */
		{TYPE_3 + 12, 0xffffffff},		 /* member's name */
		{TYPE_3 + 16, 0xffffffff},		 /* member's type */
		{TYPE_4 + 8, 77},			 /* return type */
		{TYPE_5 + 8, 0x80000000},		 /* function's type */
		{TYPE_6 + 12, 4096},			 /* name of an enum's value */
		{TYPE_7 + 12, 8},			 /* element type */
		{TYPE_7 + 16, 8},			 /* index type */
		{0, 0x0001eb9e},			 /* magic */
		{4, 23},				 /* header length */
		{8, 0xfffffff0},			 /* offset of the types */
		{12, 0xffffffff},			 /* length of the types */
		{16, 0xfffffff0},			 /* offset of the strings */
		{20, 0},				 /* length of the strings */
	};
	struct btf *btf = make_btf();
	uint32_t size;
	const void *bytes = btf__raw_data(btf, &size);
	unsigned char *copy = malloc(size);
	(void)state;

	assert_non_null(copy);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(copy, bytes, size);
		memcpy(copy + cases[i].at, &cases[i].word, sizeof(cases[i].word));
		if (init_and_check(copy, size) != -EINVAL)
			fail_msg("case %zu is accepted", i);
	}
	free(copy);
	btf__free(btf);
}

static void long_chains_of_typedefs_are_refused(void **state)
{
	struct btf *btf = btf__new_empty();
	uint32_t size;
	const void *bytes;
	(void)state;

	assert_non_null(btf);
	assert_int_equal(btf__add_int(btf, "int", 4, 0), 1);
	for (int id = 1; id < 32; id++)
		assert_int_equal(btf__add_const(btf, id), id + 1);
	bytes = btf__raw_data(btf, &size);
	assert_int_equal(init_and_check(bytes, size), 0);
	for (int id = 32; id < 40; id++)
		assert_int_equal(btf__add_const(btf, id), id + 1);
	bytes = btf__raw_data(btf, &size);
	assert_int_equal(init_and_check(bytes, size), -EINVAL);
	btf__free(btf);
}

static void ext_is_checked(void **state)
{
	struct btf *btf = make_btf();
	uint32_t size;
	const void *bytes = btf__raw_data(btf, &size);
	/* Header; func_info: records of 8, section named "int", 1 record; no line_info. */
	uint32_t good[] = {BTF_MAGIC | 1 << 16, 24, 0, 20, 20, 0, 8, 1, 1, 0, 5};
	static const struct {
		size_t word;
		uint32_t value;
	} cases[] = {
		{0, 0},
		{1, 8},
		{1, 0xffffffff},
		{2, 0xfffffff0},
		{3, 21},
		{3, 3},
		{3, 16},
		{4, 0xffffffff},
		{6, 0},
		{6, 9},
		{7, 0},
		{7, 0xffffffff},
		{8, 0},
		{8, 2},
		{8, 0xffffffff},
	};
	struct btf_raw raw;
	(void)state;

	assert_int_equal(btf_raw_init(&raw, bytes, size, &err), 0);
	assert_int_equal(btf_raw_check_ext(&raw, good, sizeof(good), &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t copy[ARRAY_SIZE(good)];

		memcpy(copy, good, sizeof(copy));
		copy[cases[i].word] = cases[i].value;
		if (btf_raw_check_ext(&raw, copy, sizeof(copy), &err) != -EINVAL)
			fail_msg("case %zu is accepted", i);
	}
	for (size_t length = 0; length < sizeof(good); length++)
		assert_int_equal(btf_raw_check_ext(&raw, good, length, &err), -EINVAL);
	btf__free(btf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_with_their_kind),
		cmocka_unit_test(every_shorter_length_is_refused),
		cmocka_unit_test(damaged_types_are_refused),
		cmocka_unit_test(long_chains_of_typedefs_are_refused),
		cmocka_unit_test(ext_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
