/* SPDX-License-Identifier: Apache-2.0 */
#include "read/map_write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "test.h"

static void what_is_put_is_there(void **state)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "write", 4, 8, 2, NULL);
	uint64_t value = 7, found = 0;

	(void)state;
	if (fd < 0) {
		printf("SKIP: no BPF here: %s; run as root\n", strerror(-fd));
		skip();
	}
	for (uint32_t key = 0; key < 2; key++)
		assert_int_equal(map_put(fd, &key, &value), 0);
	value = 8;
	assert_int_equal(map_put(fd, &(uint32_t){1}, &value), 0);
	assert_int_equal(map_put(fd, &(uint32_t){2}, &value), -E2BIG);
	assert_int_equal(bpf_map_lookup_elem(fd, &(uint32_t){1}, &found), 0);
	assert_int_equal(found, 8);
	assert_int_equal(map_remove(fd, &(uint32_t){1}), 0);
	assert_int_equal(map_remove(fd, &(uint32_t){1}), 0);
	assert_true(bpf_map_lookup_elem(fd, &(uint32_t){1}, &found) < 0);
	assert_int_equal(map_put(fd, &(uint32_t){2}, &value), 0);
	close(fd);
	assert_int_equal(map_remove(-1, &value), -EBADF);
	assert_int_equal(map_put(-1, &value, &value), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
