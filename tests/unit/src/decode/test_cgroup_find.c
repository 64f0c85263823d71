/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/cgroup_find.h"

#include <errno.h>

#include "../temporary.h"
#include "base/limits.h"

static uint64_t make_folder(const char *name)
{
	struct stat status;

	mkdir(temporary_path(name), 0700);
	assert_int_equal(stat(temporary_path(name), &status), 0);
	return status.st_ino;
}

struct found {
	uint64_t id;
	char path[CGROUP_PATH];
	size_t count;
};

static void take(void *context, uint64_t id, const char *path)
{
	struct found *found = context;

	found->count++;
	if (id == found->id)
		strcpy(found->path, path);
}

static void check_walk(struct cgroup_tree *tree, uint64_t id, const char *expected, size_t count)
{
	static struct found found;

	found = (struct found){.id = id};
	cgroup_walk(tree, take, &found);
	assert_string_equal(found.path, expected);
	assert_int_equal(found.count, count);
}

/* A file system without ids for handles: the walk finds what there is. */
static void walking(void **state)
{
	struct cgroup_tree tree = {.fd = -1};
	char path[CGROUP_PATH], mount[CGROUP_PATH];
	uint64_t root, slice, service, gone;

	(void)state;
	root = make_folder("tree");
	slice = make_folder("tree/system.slice");
	service = make_folder("tree/system.slice/ssh \xff.service");
	gone = make_folder("tree/gone");
	temporary_write("tree/cgroup.procs", "1\n", 2);
	assert_int_equal(symlink("/", temporary_path("tree/link")), 0);
	snprintf(mount, sizeof(mount), "%s//", temporary_path("tree"));
	assert_int_equal(cgroup_tree_open(&tree, mount), 0);
	assert_false(cgroup_tree_has_handles(&tree));
	assert_int_equal(cgroup_by_handle(&tree, slice, path), -EPERM);
	check_walk(&tree, root, temporary_path("tree"), 4);
	check_walk(&tree, slice, temporary_path("tree/system.slice"), 4);
	check_walk(&tree, service, temporary_path("tree/system.slice/ssh \xff.service"), 4);
	check_walk(&tree, gone, temporary_path("tree/gone"), 4);
	rmdir(temporary_path("tree/gone"));
	check_walk(&tree, gone, "", 3);
	cgroup_tree_close(&tree);
	cgroup_tree_close(&tree);
}

static void depth_is_bounded(void **state)
{
	struct cgroup_tree tree = {.fd = -1};
	char name[512] = "deep";

	(void)state;
	make_folder(name);
	for (int i = 0; i < 70; i++) {
		strcat(name, "/d");
		make_folder(name);
	}
	assert_int_equal(cgroup_tree_open(&tree, temporary_path("deep")), 0);
	check_walk(&tree, 0, "", 66); /* the root, and 65 below it */
	cgroup_tree_close(&tree);
}

static void no_tree(void **state)
{
	static char longer[CGROUP_PATH + 10];
	struct cgroup_tree tree = {.fd = -1};

	(void)state;
	memset(longer, 'a', sizeof(longer) - 1);
	assert_int_equal(cgroup_tree_open(&tree, "/nonexistent"), -ENOENT);
	assert_int_equal(cgroup_tree_open(&tree, "/dev/null"), -ENOTDIR);
	assert_int_equal(cgroup_tree_open(&tree, longer), -ENAMETOOLONG);
	assert_int_equal(tree.fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walking),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(no_tree),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
