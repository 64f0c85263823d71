/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/kept.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "fixture.h"
#include "test.h"

static char folder[64], path[128], fresh[160];

static void outlives_its_owner(void **state)
{
	struct kept kept = {0};

	(void)state;
	assert_int_equal(kept_make(&kept, 5000, NULL), 0);
	assert_int_equal(kept.size, 8192);
	memcpy(kept.memory + 5000, "something", 10);
	assert_int_equal(kept_name(&kept, path, NULL), 0);
	kept_close(&kept);
	assert_null(kept.memory);
	kept_close(&kept);

	assert_int_equal(kept_open(&kept, path, 8192, NULL), 0);
	assert_int_equal(kept.size, 8192);
	assert_string_equal((char *)kept.memory + 5000, "something");
	kept.memory[0] = 7;
	kept_close(&kept);
	assert_int_equal(kept_open(&kept, path, 1, NULL), 0);
	assert_int_equal(kept.memory[0], 7);
	kept_close(&kept);
}

static void another_takes_its_name(void **state)
{
	struct kept first = {0}, second = {0}, third = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(kept_make(&first, 1, NULL), 0);
	assert_int_equal(kept_name(&first, path, NULL), 0);
	assert_int_equal(kept_make(&second, 20000, NULL), 0);
	/* A process was killed between the two steps of this. */
	assert_int_equal(kept_make(&third, 1, NULL), 0);
	assert_int_equal(kept_name(&third, fresh, NULL), 0);
	assert_int_equal(kept_name(&second, path, &err), 0);
	assert_int_not_equal(access(fresh, F_OK), 0);
	kept_close(&first);
	kept_close(&second);
	kept_close(&third);
	assert_int_equal(kept_open(&first, path, 20000, NULL), 0);
	kept_close(&first);
}

static void what_is_none(void **state)
{
	struct kept kept = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(kept_open(&kept, path, 20481, &err), -EINVAL);
	assert_non_null(strstr(err.text, "is no memory of otelbpf"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(kept_open(&kept, path, 1, &err), -ENOENT);
	assert_int_equal(kept_make(&kept, 0, &err), -E2BIG);
	assert_int_equal(kept_make(&kept, (size_t)LIMIT_KEPT_BYTES + 1, &err), -E2BIG);
	assert_null(kept.memory);
	assert_int_equal(kept_make(&kept, 1, NULL), 0);
	assert_int_equal(kept_name(&kept, "/sys/fs/bpf/none/of/these", &err), -ENOENT);
	assert_int_equal(kept_name(&kept, "/tmp/otelbpf", &err), -EPERM);
	kept_close(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outlives_its_owner),
		cmocka_unit_test(another_takes_its_name),
		cmocka_unit_test(what_is_none),
	};
	int result;

	if (need_bpf() || need_bpffs(folder, sizeof(folder)))
		return SKIPPED;
	snprintf(path, sizeof(path), "%s/state:x", folder);
	snprintf(fresh, sizeof(fresh), "%s:new", path);
	result = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(folder);
	return result;
}
