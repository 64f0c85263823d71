/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/pin_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "fixture.h"
#include "test.h"

static char folder[64];

static const char *inside(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void names(void **state)
{
	static const struct {
		const char *name, *entry;
	} cases[] = {
		{"tasks", "pack:tasks"},
		{"a.b", "pack:a%2eb"},
		{"a:b/c", "pack:a%3ab%2fc"},
		{"50%", "pack:50%25"},
		{"\xc3\xa4 \n", "pack:%c3%a4%20%0a"},
		{"", "pack:"},
	};
	char path[PATH_MAX], name[64], long_name[NAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(pin_path(path, sizeof(path), "/dir", "pack", cases[i].name), 0);
		assert_memory_equal(path, "/dir/", 5);
		assert_string_equal(path + 5, cases[i].entry);
		assert_true(pin_name(cases[i].entry, "pack", name, sizeof(name)));
		assert_string_equal(name, cases[i].name);
	}
	assert_false(pin_name("pack:x", "map", name, sizeof(name)));
	assert_false(pin_name("packx", "pack", name, sizeof(name)));
	assert_false(pin_name("pack:abcd", "pack", name, 4));
	assert_true(pin_name("pack:abc", "pack", name, 4));
	assert_true(pin_name("pack:%2", "pack", name, sizeof(name)));
	assert_string_equal(name, "%2");
	assert_int_equal(pin_path(path, 10, "/dir", "pack", "tasks"), -ENAMETOOLONG);
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(pin_path(path, sizeof(path), "/dir", "pack", long_name), -ENAMETOOLONG);
}

static void folders_on_bpffs_only(void **state)
{
	struct err err = {0};
	int fd;

	(void)state;
	fd = pin_folder_open(inside("made"), &err);
	assert_true(fd >= 0);
	close(fd);
	fd = pin_folder_open(inside("made"), &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(rmdir(inside("made")), 0);
	fd = pin_folder_open(inside("made//"), &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(rmdir(inside("made")), 0);
	assert_int_equal(pin_folder_open("/tmp", &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "/tmp: is not on bpffs"));
	assert_int_equal(pin_folder_open("/tmp/otelbpf_none", &err), -ENOTSUP);
	assert_int_not_equal(access("/tmp/otelbpf_none", F_OK), 0);
	assert_int_equal(pin_folder_open(inside("none/none"), &err), -ENOENT);
	assert_int_equal(pin_folder_open("otelbpf_none", &err), -ENOTSUP);
}

static void one_has_it(void **state)
{
	bool made;
	int first = pin_folder_take(folder, &made, NULL), second, status;
	pid_t child;

	(void)state;
	assert_true(first >= 0);
	assert_false(made);
	assert_true(pin_folder_is_taken(folder));
	assert_int_equal(pin_folder_owner(folder), getpid());
	assert_int_equal(pin_folder_take(folder, &made, NULL), -EBUSY);
	close(first);
	assert_false(pin_folder_is_taken(folder));
	assert_int_equal(pin_folder_owner(folder), 0);
	second = pin_folder_take(inside("made"), &made, NULL);
	assert_true(second >= 0);
	assert_true(made);
	close(second);
	assert_int_equal(rmdir(inside("made")), 0);
	/* Whoever dies has it no longer. */
	child = fork();
	if (!child)
		_exit(pin_folder_take(folder, &made, NULL) < 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_false(pin_folder_is_taken(folder));
	assert_false(pin_folder_is_taken(inside("none")));
	assert_int_equal(pin_folder_owner(inside("none")), 0);
}

/* Has the folder for an instant, in a process of its own. */
static pid_t have_it_shortly(int told)
{
	pid_t child = fork();
	bool made;

	if (child)
		return child;
	_exit(pin_folder_take(folder, &made, NULL) < 0 || write(told, "", 1) != 1);
}

/* One that ends while it is in the way is named, or is not in the way. */
static void had_by_one_that_ends(void **state)
{
	int told[2], named = 0, status;
	struct err err;
	char name[32], byte;
	bool made;

	(void)state;
	assert_int_equal(pipe(told), 0);
	for (int round = 0; round < 500; round++) {
		pid_t child = have_it_shortly(told[1]);
		int fd;

		assert_int_equal(read(told[0], &byte, 1), 1);
		fd = pin_folder_take(folder, &made, &err);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		if (fd >= 0) {
			close(fd);
			continue;
		}
		snprintf(name, sizeof(name), ": process %d keeps", (int)child);
		assert_int_equal(fd, -EBUSY);
		if (!strstr(err.text, name))
			fail_msg("%d is not in: %s", (int)child, err.text);
		named++;
	}
	print_message("%d of 500 were named\n", named);
	close(told[0]);
	close(told[1]);
}

/* Takes and removes the folder all the time, as `otelbpf unpin` does. */
static void take_and_remove(void)
{
	bool made;

	for (int i = 0; i < 3000; i++) {
		int fd = pin_folder_take(inside("raced"), &made, NULL);

		if (fd < 0)
			continue;
		/* Who has it has what is there. */
		if (mkdir(inside("raced/pack:x"), 0700) < 0 || rmdir(inside("raced/pack:x")) < 0 ||
			rmdir(inside("raced")) < 0)
			_exit(1);
		close(fd);
	}
	_exit(0);
}

static void removed_while_it_is_taken(void **state)
{
	pid_t children[3];
	int status;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		children[i] = fork();
		if (!children[i])
			take_and_remove();
	}
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

static int count(void *context, const char *entry)
{
	size_t *n = context;

	(void)entry;
	return ++*n == 3 ? -E2BIG : 0;
}

static void only_ours_goes(void **state)
{
	static const char *const ours[] = {"pack:a", "pack:a/map:x", "pack:b", "pack:b/kind:x",
		"pack:b/kind:x/further:y", "thing:z"};
	static const char *const others[] = {"pack", "Pack:a", ":x", "a1:x", "pack:b/others"};
	struct err err = {0};
	size_t removed, left, n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		assert_int_equal(mkdir(inside(ours[i]), 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_int_equal(mkdir(inside(others[i]), 0700), 0);
	assert_int_equal(pin_folder_each(folder, count, &n, &err), -E2BIG);
	assert_int_equal(n, 3);
	assert_int_equal(pin_folder_clear(folder, &removed, &left, &err), 0);
	assert_int_equal(removed, 5); /* pack:b has something of others */
	assert_int_equal(left, 5);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		assert_int_equal(access(inside(others[i]), F_OK), 0);
		assert_int_equal(rmdir(inside(others[i])), 0);
	}
	assert_int_equal(pin_folder_remove(folder, &err), 0);
	assert_int_not_equal(access(folder, F_OK), 0);
	assert_int_equal(pin_folder_clear(folder, &removed, &left, &err), -ENOENT);
	assert_int_equal(pin_folder_each(folder, count, &n, &err), -ENOENT);
	assert_int_equal(pin_folder_clear("/sys/fs/bpf/none", &removed, &left, &err), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(folders_on_bpffs_only),
		cmocka_unit_test(one_has_it),
		cmocka_unit_test(had_by_one_that_ends),
		cmocka_unit_test(removed_while_it_is_taken),
		cmocka_unit_test(only_ours_goes),
	};

	if (need_bpf() || need_bpffs(folder, sizeof(folder)))
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
