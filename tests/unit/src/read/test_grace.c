/* SPDX-License-Identifier: Apache-2.0 */
/* That it waits, tests/bpf/test_otel.c shows: programs run there. */
#include "read/grace.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "test.h"

static void a_wait_ends(void **state)
{
	struct grace grace = {0};
	struct err err = {0};

	(void)state;
	grace_close(&grace);
	if (grace_open(&grace, &err)) {
		printf("SKIP: no BPF here: %s; run as root\n", err.text);
		skip();
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(grace_wait(&grace, &err), 0);
	grace_close(&grace);
	assert_true(grace_wait(&grace, &err) < 0);
	assert_int_not_equal(err.text[0], '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
