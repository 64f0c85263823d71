/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/wire.h"

#include "base/compiler.h"
#include "test.h"

static void test_varints(void **state)
{
	static const struct {
		uint64_t value;
		size_t size;
		uint8_t bytes[10];
	} rows[] = {
		{0, 1, {0}},
		{1, 1, {1}},
		{127, 1, {0x7f}},
		{128, 2, {0x80, 1}},
		{300, 2, {0xac, 2}},
		{16383, 2, {0xff, 0x7f}},
		{16384, 3, {0x80, 0x80, 1}},
		{UINT32_MAX, 5, {0xff, 0xff, 0xff, 0xff, 0x0f}},
		{INT64_MAX, 9, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
		{UINT64_MAX, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}},
	};
	uint8_t out[10];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(wire_varint_size(rows[i].value), rows[i].size);
		assert_ptr_equal(wire_put_varint(out, rows[i].value), out + rows[i].size);
		assert_memory_equal(out, rows[i].bytes, rows[i].size);
	}
}

static void test_fields(void **state)
{
	static const double values[] = {1, -2};
	static const uint8_t expected[] = {0x31, 1, 2, 0, 0, 0, 0, 0, 0x80, 0x21, 0, 0, 0, 0, 0, 0,
		0xf0, 0x3f, 0x12, 2, 'h', 'i', 0x3a, 16, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0,
		0, 0, 0, 0xc0};
	uint8_t out[sizeof(expected)], *end;

	(void)state;
	end = wire_put_fixed64(out, WIRE_TAG(6, WIRE_FIXED64), UINT64_C(0x8000000000000201));
	end = wire_put_double(end, WIRE_TAG(4, WIRE_FIXED64), 1);
	end = wire_put_field(end, WIRE_TAG(2, WIRE_BYTES), "hi", 2);
	end = wire_put_packed64(end, WIRE_TAG(7, WIRE_BYTES), values, 2);
	assert_ptr_equal(end, out + sizeof(expected));
	assert_memory_equal(out, expected, sizeof(expected));
	assert_int_equal(wire_field_size(127), 129);
	assert_int_equal(wire_field_size(128), 131);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_varints),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
