/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include <signal.h>

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(SIGHUP), "SIGHUP"},
		{UINT(SIGKILL), "SIGKILL"},
		{BYTES("\x9\0\0\0"), "SIGKILL"},
		{SINT(SIGSEGV), "SIGSEGV"},
		{STRING("15"), "SIGTERM"},
		{UINT(SIGSYS), "SIGSYS"},
		{UINT(34), "SIGRTMIN"},
		{UINT(35), "SIGRTMIN+1"},
		{UINT(64), "SIGRTMIN+30"},
		{UINT(0), "unknown:0"},
		{UINT(32), "unknown:32"},
		{UINT(33), "unknown:33"},
		{UINT(65), "unknown:65"},
		{SINT(-9), "unknown:-9"},
		{UINT(UINT64_MAX), "unknown:18446744073709551615"},
		{BYTES(""), NULL},
		{BYTES("\x9\0\0"), NULL},
		{STRING("SIGKILL"), NULL},
	};

	(void)state;
	check_decoder("signal", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
