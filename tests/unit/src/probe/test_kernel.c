/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/kernel.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static int memory_file(const char *text, size_t size, char *path, size_t room)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	snprintf(path, room, "/proc/self/fd/%d", fd);
	return fd;
}

static void numbers_are_whole_lines(void **state)
{
	static const struct {
		const char *text;
		int code;
		unsigned long long number;
	} cases[] = {
		{"2\n", 0, 2},
		{"0", 0, 0},
		{"18446744073709551615\n", 0, 18446744073709551615ULL},
		{"", -EINVAL, 0},
		{"\n", -EINVAL, 0},
		{"-1\n", -EINVAL, 0},
		{"1 2\n", -EINVAL, 0},
		{"x\n", -EINVAL, 0},
		{"18446744073709551616\n", -ERANGE, 0},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long long number = 77;
		char path[64];
		int fd = memory_file(cases[i].text, strlen(cases[i].text), path, sizeof(path));

		assert_int_equal(kernel_read_number(path, &number), cases[i].code);
		assert_int_equal(number, cases[i].code ? 77 : cases[i].number);
		close(fd);
	}
}

static void lines_are_cut_to_the_room(void **state)
{
	char line[4], path[64];
	int fd = memory_file("abcdef\nx", 8, path, sizeof(path));
	(void)state;

	assert_int_equal(kernel_read_line(path, line, sizeof(line)), 0);
	assert_string_equal(line, "abc");
	assert_int_equal(kernel_read_line("/nonexistent", line, sizeof(line)), -ENOENT);
	close(fd);
}

static void files_are_read_whole_or_not(void **state)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 1000000};
	struct kernel_file file;
	char *text = malloc(1000000);
	(void)state;

	assert_non_null(text);
	memset(text, 'x', 1000000);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char path[64];
		int fd = memory_file(text, sizes[i], path, sizeof(path));

		assert_int_equal(kernel_file_read(&file, path, sizes[i]), 0);
		assert_int_equal(file.size, sizes[i]);
		assert_memory_equal(file.bytes, text, sizes[i]);
		kernel_file_free(&file);
		kernel_file_free(&file);
		assert_int_equal(kernel_file_map(&file, path, sizes[i]), 0);
		assert_int_equal(file.size, sizes[i]);
		assert_memory_equal(file.bytes, text, sizes[i]);
		kernel_file_free(&file);
		if (sizes[i])
			assert_int_equal(kernel_file_map(&file, path, sizes[i] - 1), -EFBIG);
		if (sizes[i])
			assert_int_equal(kernel_file_read(&file, path, sizes[i] - 1), -EFBIG);
		close(fd);
	}
	free(text);
	/* procfs says 0 bytes and has more. */
	assert_int_equal(kernel_file_read(&file, "/proc/self/status", 1 << 20), 0);
	assert_true(file.size > 100);
	kernel_file_free(&file);
	assert_int_equal(kernel_file_read(&file, "/proc/self/status", 100), -EFBIG);
	assert_int_equal(kernel_file_read(&file, "/proc", 100), -EISDIR);
	assert_int_equal(kernel_file_read(&file, "/dev/zero", 100), -EINVAL);
}

static void tracefs_is_looked_up_in_the_mount_table(void **state)
{
	char path[4096], events[4096 + 16];
	int rc = kernel_tracefs(path, sizeof(path));
	(void)state;

	assert_true(rc == 0 || rc == -ENOENT);
	if (rc == 0 && geteuid() == 0) {
		snprintf(events, sizeof(events), "%s/events", path);
		assert_int_equal(access(events, F_OK), 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_whole_lines),
		cmocka_unit_test(lines_are_cut_to_the_room),
		cmocka_unit_test(files_are_read_whole_or_not),
		cmocka_unit_test(tracefs_is_looked_up_in_the_mount_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
