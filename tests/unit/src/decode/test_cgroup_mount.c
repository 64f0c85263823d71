/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/cgroup_mount.h"

#include <errno.h>

#include "../temporary.h"
#include "base/compiler.h"

#define HYBRID                                                                                     \
	"31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"                      \
	"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 master:1 - cgroup cgroup "            \
	"rw,cpu,cpuacct\n"                                                                         \
	"40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"           \
	"41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"

static void mounts(void **state)
{
	static const struct {
		const char *text, *controller, *path; /* NULL: -ENOENT */
	} rows[] = {
		{HYBRID, NULL, "/sys/fs/cgroup/unified"},
		{HYBRID, "cpu", "/sys/fs/cgroup/cpu,cpuacct"},
		{HYBRID, "cpuacct", "/sys/fs/cgroup/cpu,cpuacct"},
		{HYBRID, "name=systemd", "/sys/fs/cgroup/systemd"},
		{HYBRID, "acct", NULL},
		{HYBRID, "cpu,cpuacct", NULL},
		{HYBRID, "memory", NULL},
		{"30 1 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate", NULL,
			"/sys/fs/cgroup"},
		/* A part that is mounted elsewhere, before and behind the whole. */
		{"1 1 0:27 /docker/x /part rw - cgroup2 none rw\n"
		 "2 1 0:27 / /whole rw - cgroup2 none rw\n"
		 "3 1 0:27 / /later rw - cgroup2 none rw\n",
			NULL, "/whole"},
		{"1 1 0:27 /docker/x /part rw - cgroup2 none rw\n"
		 "2 1 0:27 /docker/y /other rw - cgroup2 none rw\n",
			NULL, "/part"},
		{"1 1 0:27 / /a\\040b\\134c\\012 rw - cgroup2 none rw\n", NULL, "/a b\\c\n"},
		{"1 1 0:27 / /a\\04 rw - cgroup2 none rw\n", NULL, "/a\\04"},
		{"", NULL, NULL},
		{"\n - \n1 2\n1 1 0:27 / relative rw - cgroup2 none rw\n", NULL, NULL},
		{"1 1 0:27 / /x rw cgroup2 none rw\n", NULL, NULL},
		{"1 1 0:27 / /x rw - cgroup2", NULL, "/x"},
		{"1 1 0:27 / /a_path_that_is_longer_than_there_is_room rw - cgroup2 none rw\n",
			NULL, NULL},
	};
	char path[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int result = cgroup_mount_find(
			temporary_write("mountinfo", rows[i].text, strlen(rows[i].text)),
			rows[i].controller, path, sizeof(path));

		if (!rows[i].path) {
			assert_int_equal(result, -ENOENT);
		} else {
			assert_int_equal(result, 0);
			assert_string_equal(path, rows[i].path);
		}
	}
	assert_int_equal(cgroup_mount_find("/nonexistent", NULL, path, sizeof(path)), -ENOENT);
	assert_int_equal(cgroup_mount_find("/", NULL, path, sizeof(path)), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
