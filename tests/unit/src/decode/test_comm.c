/* SPDX-License-Identifier: Apache-2.0 */
#include "../temporary.h"
#include "decode_test.h"

static void bytes(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES("cat\0\0\0\0\0\0\0\0\0\0\0\0\0"), "cat"},
		{BYTES("kworker/u8:1-ev\0"), "kworker/u8:1-ev"},
		{BYTES("fifteen_letters"), "fifteen_letters"},
		{BYTES("sixteen_letters_"), NULL},
		{BYTES("cat\0rest of an older, longer name that nobody wiped"), "cat"},
		{BYTES(""), ""},
		{BYTES("\0\0\0\0"), ""},
		{BYTES("\xff\xfe name"), "\xef\xbf\xbd\xef\xbf\xbd name"},
		{STRING("a|b\nc"), "a|b\nc"},
	};

	(void)state;
	check_decoder("comm", rows, ARRAY_SIZE(rows));
}

static void pids(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(1), "init"},
		{SINT(22), "two\nlines"},
		{UINT(333), "\xef\xbf\xbd"},
		{UINT(4444), "unknown:4444"}, /* the file is empty */
		{UINT(5), "kworker/R-a_name_longer_than_the_fifteen_bytes_of_the_kernels_co"},
		{UINT(2), "unknown:2"},
		{SINT(-1), "unknown:-1"},
		{UINT(UINT64_MAX), "unknown:18446744073709551615"},
		{BOOLEAN(true), "init"},
	};
	char path[512];
	const struct decode_argument argument = {"path", path};
	const struct decode_step step = {"comm", &argument, 1};

	(void)state;
	temporary_write("1/comm", "init\n", 5);
	temporary_write("22/comm", "two\nlines\n", 10);
	temporary_write("333/comm", "\xff\n", 2);
	temporary_write("4444/comm", "", 0);
	temporary_write("5/comm",
		"kworker/R-a_name_longer_than_the_fifteen_bytes_of_the_kernels_comm_itself\n", 74);
	snprintf(path, sizeof(path), "%s", temporary_path("."));
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

static void of_this_process(void **state)
{
	struct decode_chain *chain = chain_of(&(struct decode_step){.decoder = "comm"}, 1);
	const struct value pid = UINT((uint64_t)getpid());
	struct arena arena = {0};
	struct value out;

	(void)state;
	assert_int_equal(decode_chain_run(chain, &pid, &out, &arena, NULL), 0);
	assert_int_equal(strncmp(out.string, "unit_src_decode_comm", 15), 0);
	decode_chain_free(chain);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(pids),
		cmocka_unit_test(of_this_process),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
