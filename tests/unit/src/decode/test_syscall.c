/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

static void values(void **state)
{
	static const struct decode_row rows[] = {
#if defined(__x86_64__)
		{UINT(0), "read"},
		{UINT(59), "execve"},
		{UINT(334), "rseq"},
		{UINT(335), "uretprobe"},
		{UINT(400), "unknown_syscall:400"}, /* a gap */
		{BYTES("\x3b\0\0\0"), "execve"},
#else
		{UINT(0), "io_setup"},
		{UINT(63), "read"},
		{UINT(221), "execve"},
		{UINT(222), "mmap"},
		{UINT(79), "newfstatat"},
		{UINT(400), "unknown_syscall:400"},
		{BYTES("\x3f\0\0\0"), "read"},
#endif
		{UINT(435), "clone3"},
		{UINT(451), "cachestat"},
		{UINT(471), "rseq_slice_yield"},
		{UINT(472), "unknown_syscall:472"},
		{UINT(UINT64_MAX), "unknown_syscall:18446744073709551615"},
		{SINT(-1), "unknown_syscall:-1"},
		{SINT(435), "clone3"},
		{STRING("435"), "clone3"},
		{STRING("clone3"), NULL},
		{BYTES(""), NULL},
	};

	(void)state;
	check_decoder("syscall", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
