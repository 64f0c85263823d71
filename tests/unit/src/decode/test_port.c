/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include <arpa/inet.h>

static void check(const char *order, uint16_t wire, const char *expected)
{
	const struct decode_argument argument = {"order", order};
	const struct decode_step step = {"port", &argument, order ? 1 : 0};
	const struct decode_row rows[] = {
		{{.type = VALUE_BYTES, .length = sizeof(wire), .bytes = &wire}, expected},
		{UINT(wire), expected},
		{SINT(wire), expected},
		{UINT(UINT16_MAX), "u:65535"},
		{UINT(0), "u:0"},
		{BYTES("\0\0\0\0"), "u:0"},
		{UINT(UINT16_MAX + 1), NULL},
		{UINT(UINT64_MAX), NULL},
		{SINT(-1), NULL},
		{BYTES(""), NULL},
		{BYTES("\0\x50\0"), NULL},
		{STRING("http"), NULL},
	};

	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

static void orders(void **state)
{
	(void)state;
	check(NULL, htons(443), "u:443");
	check("network", htons(443), "u:443");
	check("host", 443, "u:443");
	check("host", htons(443), htons(443) == 443 ? "u:443" : "u:47873");
}

static void wrong_arguments(void **state)
{
	static const struct decode_argument wrong[] = {{"order", "little"}, {"odrer", "host"}};
	static const struct decode_argument twice[] = {{"order", "host"}, {"order", "host"}};
	struct decode_step step = {"port", &wrong[0], 1};
	struct decode_chain *chain;
	struct err err;

	(void)state;
	assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
	assert_string_equal(err.text, "found the order 'little', expected 'network' or 'host'");
	step.arguments = &wrong[1];
	assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
	assert_string_equal(
		err.text, "found the argument 'odrer' of the decoder 'port', expected 'order'");
	step = (struct decode_step){"port", twice, 2};
	assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
	assert_string_equal(err.text,
		"found the argument 'order' of the decoder 'port' again, expected it once");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders),
		cmocka_unit_test(wrong_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
