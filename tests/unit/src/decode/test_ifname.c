/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(1), "lo"}, /* in every network namespace */
		{SINT(1), "lo"},
		{BYTES("\1\0\0\0"), "lo"},
		{STRING("1"), "lo"},
		{UINT(0), "unknown:0"},
		{UINT(INT32_MAX), "unknown:2147483647"},
		{UINT(UINT32_MAX), "unknown:4294967295"},
		{UINT(UINT64_C(1) << 32), NULL},
		{UINT(UINT64_MAX), NULL},
		{SINT(-1), NULL},
		{BYTES(""), NULL},
		{BYTES("\1\0\0"), NULL},
		{STRING("lo"), NULL},
	};

	(void)state;
	check_decoder("ifname", rows, ARRAY_SIZE(rows));
}

/* In a network namespace of its own, where `lo` is down and may be renamed. */
static void names_of_today(void **state)
{
	struct decode_chain *chain = chain_of(&(struct decode_step){.decoder = "ifname"}, 1);
	struct ifreq request = {.ifr_name = "lo", .ifr_newname = "renamed0"};
	const struct value lo = UINT(1);
	struct arena arena = {0};
	struct value out;
	int fd;

	(void)state;
	assert_true(decode_chain_is_volatile(chain));
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		decode_chain_free(chain);
		print_message("no namespaces: renaming is not tested\n");
		skip();
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(decode_chain_run(chain, &lo, &out, &arena, NULL), 0);
	assert_string_equal(out.string, "lo");
	assert_int_equal(ioctl(fd, SIOCSIFNAME, &request), 0);
	close(fd);
	assert_int_equal(decode_chain_run(chain, &lo, &out, &arena, NULL), 0);
	assert_string_equal(out.string, "renamed0");
	decode_chain_free(chain);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(names_of_today),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
