/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/attributes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/collect/fixture.h"
#include "test.h"

static void test_integers(void **state)
{
	unsigned char bytes[16];
	static const struct {
		enum field_kind kind;
		uint32_t size;
		uint64_t value;
	} cases[] = {
		{FIELD_UINT, 1, 0xfe},
		{FIELD_UINT, 2, 0xfffe},
		{FIELD_UINT, 4, 0xfffffffe},
		{FIELD_UINT, 8, (uint64_t)-2},
		{FIELD_INT, 1, (uint64_t)-2},
		{FIELD_INT, 2, (uint64_t)-2},
		{FIELD_INT, 4, (uint64_t)-2},
		{FIELD_INT, 8, (uint64_t)-2},
		{FIELD_UINT, 3, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct field field = {.kind = cases[i].kind, .offset = 3, .size = cases[i].size};
		int64_t minus_two = -2;

		memset(bytes, 0x55, sizeof(bytes));
		memcpy(bytes + 3, &minus_two, sizeof(minus_two));
		assert_true(field_integer(&field, bytes) == cases[i].value);
	}
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* What the compiler lays out, and where BTF says that it is. */
static void test_bit_fields(void **state)
{
	static const struct enum_name positive[] = {{0, "zero"}, {7, "seven"}};
	static const struct enum_name negative[] = {{-1, "minus"}, {1, "one"}};
	union {
		struct __attribute__((packed)) {
			uint32_t before : 3;
			int32_t minus : 5;
			uint64_t across : 64; /* from bit 8 on */
			uint8_t yes : 1;
			uint8_t seven : 3;
			int8_t lowest : 4;
			uint64_t nine_bytes : 61; /* bits 80 to 140 */
			uint64_t last : 63;
		} bits;
		unsigned char bytes[32];
	} key = {{5, -2, UINT64_MAX - 1, 1, 7, -8, UINT64_C(0x1234567890abcdef), 1}};
	const struct {
		struct field field;
		uint64_t value;
	} cases[] = {
		{{.kind = FIELD_UINT, .offset = 0, .size = 1, .bits = 3, .first_bit = 0}, 5},
		{{.kind = FIELD_INT, .offset = 0, .size = 1, .bits = 5, .first_bit = 3},
			(uint64_t)-2},
		{{.kind = FIELD_UINT, .offset = 1, .size = 8, .bits = 64}, UINT64_MAX - 1},
		{{.kind = FIELD_BOOL, .offset = 9, .size = 1, .bits = 1}, 1},
		{{.kind = FIELD_ENUM,
			 .offset = 9,
			 .size = 1,
			 .bits = 3,
			 .first_bit = 1,
			 .enum_names = positive,
			 .enum_count = 2},
			7},
		{{.kind = FIELD_ENUM,
			 .offset = 9,
			 .size = 1,
			 .bits = 3,
			 .first_bit = 1,
			 .enum_names = negative,
			 .enum_count = 2},
			(uint64_t)-1},
		{{.kind = FIELD_INT, .offset = 9, .size = 1, .bits = 4, .first_bit = 4},
			(uint64_t)-8},
		{{.kind = FIELD_UINT, .offset = 10, .size = 8, .bits = 61},
			UINT64_C(0x1234567890abcdef)},
		/* 63 bits that begin in the middle of a byte touch nine. */
		{{.kind = FIELD_UINT, .offset = 17, .size = 9, .bits = 63, .first_bit = 5}, 1},
		{{.kind = FIELD_INT, .offset = 17, .size = 9, .bits = 63, .first_bit = 5}, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t found = field_integer(&cases[i].field, key.bytes);

		if (found != cases[i].value)
			fail_msg("case %zu: %llx", i, (unsigned long long)found);
	}
}
#endif

static const struct enum_name colours[] = {{1, "red"}, {-2, "blue"}};
static const struct field key_fields[] = {
	{.name = "u", .kind = FIELD_UINT, .offset = 0, .size = 8},
	{.name = "s", .kind = FIELD_INT, .offset = 8, .size = 4},
	{.name = "e",
		.kind = FIELD_ENUM,
		.offset = 12,
		.size = 4,
		.enum_names = colours,
		.enum_count = 2},
	{.name = "text", .kind = FIELD_CHARS, .offset = 16, .size = 4},
	{.name = "flag", .kind = FIELD_BOOL, .offset = 20, .size = 1},
	{.name = "raw", .kind = FIELD_BYTES, .offset = 21, .size = 3},
};
static const struct field value_field = {.name = "", .kind = FIELD_UINT, .size = 8};
static const struct map_info map = {
	.name = "m",
	.type = 5, /* per-CPU hash */
	.key_size = 24,
	.value_size = 8,
	.key = {24, key_fields, 6},
	.value = {8, &value_field, 1},
};
static const struct map_info *const maps[] = {&map};

struct key {
	uint64_t u;
	int32_t s, e;
	char text[4];
	uint8_t flag, raw[3];
	uint32_t cpu; /* behind the key */
};

static void decode(struct fixture *f, const struct key *key, struct attr *attrs)
{
	struct err err = {0};
	size_t count;

	if (attributes_decode(&f->plan.metrics[0], (const unsigned char *)key, attrs, &count,
		    &f->arena, &err))
		fail_msg("%s", err.text);
	assert_int_equal(count, 7);
}

/* What is beside the field stays. */
static void test_integers_are_written(void **state)
{
	static const struct field fields[] = {
		{.kind = FIELD_UINT, .offset = 3, .size = 1},
		{.kind = FIELD_UINT, .offset = 3, .size = 4},
		{.kind = FIELD_INT, .offset = 3, .size = 8},
		{.kind = FIELD_UINT, .offset = 3, .size = 1, .bits = 3, .first_bit = 2},
		{.kind = FIELD_UINT, .offset = 3, .size = 2, .bits = 9, .first_bit = 5},
		{.kind = FIELD_UINT, .offset = 3, .size = 9, .bits = 64, .first_bit = 7},
		{.kind = FIELD_UINT, .offset = 3, .size = 9, .bits = 64, .first_bit = 1},
	};
	static const uint64_t values[] = {0, 5, UINT64_C(0x8f1e2d3c4b5a6978), UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields) * ARRAY_SIZE(values) * 2; i++) {
		const struct field *field = &fields[i % ARRAY_SIZE(fields)];
		uint64_t value = values[i / ARRAY_SIZE(fields) % ARRAY_SIZE(values)];
		unsigned int bits = field->bits ? field->bits : 8 * field->size;
		unsigned char fill = i & 1 ? 0xff : 0, bytes[16];

		memset(bytes, fill, sizeof(bytes));
		field_set_integer(field, bytes, value);
		assert_true(field_integer(field, bytes) == (value << (64 - bits) >> (64 - bits)));
		field_set_integer(field, bytes, fill ? UINT64_MAX : 0);
		for (size_t j = 0; j < sizeof(bytes); j++)
			assert_int_equal(bytes[j], fill);
	}
}

static void test_attributes_by_type(void **state)
{
	struct fixture f;
	struct attr a[8];
	struct key key = {
		.u = 7, .s = -9, .e = -2, .text = "ab", .flag = 1, .raw = {1, 0xab, 0}, .cpu = 3};

	(void)state;
	fixture_plan(&f,
		"  - {name: m, instrument: counter, unit: \"1\", description: D., map: m, "
		"per_cpu: cpu, attributes: [{name: u, field: u}, {name: s, field: s}, "
		"{name: e, field: e}, {name: text, field: text}, {name: flag, field: flag}, "
		"{name: raw, field: raw}]}\n",
		maps, 1);
	assert_int_equal(f.result, 0);
	decode(&f, &key, a);
	assert_true(a[0].type == ATTR_INT && a[0].integer == 7);
	assert_true(a[1].type == ATTR_INT && a[1].integer == -9);
	assert_true(a[2].type == ATTR_STRING && !strcmp(a[2].string, "blue"));
	assert_true(a[3].type == ATTR_STRING && a[3].length == 2 && !strcmp(a[3].string, "ab"));
	assert_true(a[4].type == ATTR_BOOL && a[4].boolean);
	assert_true(a[5].type == ATTR_STRING && !strcmp(a[5].string, "01ab00"));
	assert_string_equal(a[6].key, "cpu");
	assert_true(a[6].type == ATTR_INT && a[6].integer == 3);

	/* What the types do not foresee: numbers beyond int64, unnamed enumerators, text without
	 * NUL that is no UTF-8. */
	key = (struct key){.u = UINT64_MAX, .e = 5};
	memcpy(key.text,
		"a\xff\xfe"
		"b",
		4);
	decode(&f, &key, a);
	assert_true(a[0].type == ATTR_STRING && !strcmp(a[0].string, "18446744073709551615"));
	assert_true(a[2].type == ATTR_STRING && !strcmp(a[2].string, "unknown:5"));
	assert_string_equal(a[3].string, "a\xef\xbf\xbd\xef\xbf\xbd"
					 "b");
	fixture_end(&f);
}

static const struct map_info cpus = {
	.name = "m",
	.type = 5, /* per-CPU hash */
	.key_size = 4,
	.value_size = 8,
};
static const struct map_info *const cpu_maps[] = {&cpus};

static void test_labels_are_text(void **state)
{
	static const struct {
		unsigned char key[4], cpu[4];
		const char *low, *text;
	} cases[] = {
		{{7, 0, 'x', 0}, {3, 0, 0, 0}, "7", "x"},
		{{255, 255, 'x', 'y'}, {0, 1, 0, 0}, "65535", "xy"},
		{{0, 1, 0xff, 0}, {0, 0, 0, 0}, "256", "\xef\xbf\xbd"},
	};
	struct attr a[4];
	struct fixture f;

	(void)state;
	fixture_plan_file(&f,
		"metrics: {counters: [{name: m, help: H., labels: [{name: low, size: 2, decoders: "
		"[{name: uint}]}, {name: text, size: 2, decoders: [{name: string}]}, {name: cpu, "
		"size: 2, decoders: [{name: uint}]}]}]}",
		cpu_maps, 1);
	assert_int_equal(f.result, 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned char key[8];
		uint32_t cpu = cases[i].cpu[0] | (uint32_t)cases[i].cpu[1] << 8;
		char number[16];
		size_t count;

		memcpy(key, cases[i].key, 4);
		memcpy(key + 4, &cpu, 4);
		assert_int_equal(
			attributes_decode(&f.plan.metrics[0], key, a, &count, &f.arena, NULL), 0);
		assert_int_equal(count, 3);
		for (size_t j = 0; j < count; j++)
			assert_int_equal(a[j].type, ATTR_STRING);
		assert_string_equal(a[0].string, cases[i].low);
		assert_string_equal(a[1].string, cases[i].text);
		snprintf(number, sizeof(number), "%u", cpu);
		assert_string_equal(a[2].key, "cpu");
		assert_string_equal(a[2].string, number);
	}
	fixture_end(&f);
}

/* What a view leaves out is decoded all the same: keys that a decoder does not want stay out. */
static void test_filter(void **state)
{
	static const char *included[] = {"t*", "low"}, *excluded[] = {"text"},
			  *none[] = {"nothing"};
	static const struct {
		struct attribute_filter filter;
		const char *left; /* their names */
	} cases[] = {
		{{.included = included, .included_count = 2}, "low text "},
		{{.included = included, .included_count = 1}, "text "},
		{{.excluded = excluded, .excluded_count = 1}, "low cpu "},
		{{included, excluded, 2, 1}, "low "},
		{{.included = none, .included_count = 1}, ""},
	};
	static const unsigned char wanted[8] = {7, 0, 'x', 0}, unwanted[8] = {7, 0, 'y', 0};
	struct attr a[4];
	struct fixture f;
	size_t count;

	(void)state;
	fixture_plan_file(&f,
		"metrics: {counters: [{name: m, help: H., labels: [{name: low, size: 2, decoders: "
		"[{name: uint}]}, {name: text, size: 2, decoders: [{name: string}, {name: regexp, "
		"regexps: [x]}]}, {name: cpu, size: 2, decoders: [{name: uint}]}]}]}",
		cpu_maps, 1);
	assert_int_equal(f.result, 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char left[64] = "";

		pack_plan_fini(&f.plan);
		f.pack.metrics[0].filter = &cases[i].filter;
		assert_int_equal(
			pack_plan_init(&f.plan, &f.pack, cpu_maps, 1, &f.arena, &f.err), 0);
		assert_int_equal(
			attributes_decode(&f.plan.metrics[0], wanted, a, &count, &f.arena, &f.err),
			0);
		for (size_t j = 0; j < count; j++) {
			strcat(left, a[j].key);
			strcat(left, " ");
		}
		assert_string_equal(left, cases[i].left);
		assert_int_equal(attributes_decode(
					 &f.plan.metrics[0], unwanted, a, &count, &f.arena, &f.err),
			DECODE_SKIP);
	}
	fixture_end(&f);
}

static void test_only_the_key_0_counts_without_labels(void **state)
{
	static const unsigned char zero[8] = {0, 0, 0, 0, 1}, other[8] = {0, 0, 0, 1};
	struct err err = {0};
	struct fixture f;
	struct attr a[2];
	size_t count;

	(void)state;
	fixture_plan_file(&f, "metrics: {counters: [{name: m, help: H.}]}", cpu_maps, 1);
	assert_int_equal(f.result, 0);
	assert_int_equal(attributes_decode(&f.plan.metrics[0], zero, a, &count, &f.arena, &err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(
		attributes_decode(&f.plan.metrics[0], other, a, &count, &f.arena, &err), -EINVAL);
	assert_non_null(strstr(err.text, "only the entry with the key 0 counts"));
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_integers_are_written),
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		cmocka_unit_test(test_bit_fields),
#endif
		cmocka_unit_test(test_attributes_by_type),
		cmocka_unit_test(test_labels_are_text),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_only_the_key_0_counts_without_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
