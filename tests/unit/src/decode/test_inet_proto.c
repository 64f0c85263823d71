/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(1), "icmp"},
		{UINT(6), "tcp"},
		{BYTES("\x11"), "udp"},
		{BYTES("\x3a\0"), "ipv6-icmp"},
		{STRING("132"), "sctp"},
		{UINT(255), "raw"},
		{UINT(262), "mptcp"},
		{UINT(0), "ip"},
		{UINT(3), "unknown:3"},
		{UINT(254), "unknown:254"},
		{UINT(263), "unknown:263"},
		{SINT(-1), "unknown:-1"},
		{STRING("-6"), "unknown:-6"},
		{UINT(UINT64_MAX), "unknown:18446744073709551615"},
		{BYTES(""), NULL},
		{BYTES("\6\0\0"), NULL},
		{STRING("tcp"), NULL},
		{STRING(""), NULL},
	};

	(void)state;
	check_decoder("inet_proto", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
