/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void addresses(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("\x7f\0\0\1"), "127.0.0.1"},
		{BYTES("\0\0\0\0"), "0.0.0.0"},
		{BYTES("\xff\xff\xff\xff"), "255.255.255.255"},
		{BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\1"), "10.0.0.1"},
		{BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xfe\x0a\0\0\1"), "::fffe:a00:1"},
		{BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\x0a\0\0\1"), "::a00:1"},
		{BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "::"},
		{BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "::1"},
		{BYTES("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "fe80::"},
		{BYTES("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"), "2001:db8::1"},
		{BYTES("\x20\1\xd\xb8\0\0\0\1\0\1\0\1\0\1\0\1"), "2001:db8:0:1:1:1:1:1"},
		{BYTES("\x20\1\xd\xb8\0\0\0\0\0\1\0\0\0\0\0\1"), "2001:db8::1:0:0:1"},
		{BYTES("\x20\1\0\0\0\0\0\1\0\0\0\0\0\0\0\1"), "2001:0:0:1::1"},
		{BYTES("\0\1\0\2\0\3\0\4\0\5\0\6\0\0\0\0"), "1:2:3:4:5:6::"},
		{BYTES("\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\0"), "1:2:3:4:5:6:7:0"},
		{BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{BYTES(""), NULL},
		{BYTES("\x7f\0\0"), NULL},
		{BYTES("\x7f\0\0\1\0"), NULL},
		{BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL},
		{BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL},
		{STRING("127.0.0.1"), NULL},
		{UINT(UINT64_C(1) << 32), NULL},
		{SINT(INT64_MIN), NULL},
		{BOOLEAN(true), NULL},
	};

	(void)state;
	check_decoder("inet_ip", rows, ARRAY_SIZE(rows));
}

/* A __be32 field arrives as the number that its bytes are on this machine. */
static void numbers(void **state)
{
	static const unsigned char bytes[] = {192, 0, 2, 250};
	struct decode_row rows[] = {{UINT(0), "192.0.2.250"}, {SINT(0), "192.0.2.250"}};
	uint32_t word;

	(void)state;
	memcpy(&word, bytes, sizeof(word));
	rows[0].in.uint = word;
	rows[1].in.sint = (int32_t)word;
	check_decoder("inet_ip", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
