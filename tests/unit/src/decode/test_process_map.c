/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/process_map.h"

#include <errno.h>
#include <fcntl.h>

#include "../temporary.h"
#include "base/compiler.h"

static void lines(void **state)
{
	static const char text[] =
		"00400000-00401000 r-xp 00002000 08:01 77                         /usr/bin/a b\n"
		"00401000-00402000 rw-p 00000000 00:00 0 \n"
		"00402000-00403000 rw-p 00000000 00:00 0\n"
		"not a line\n"
		"00403000-00404000 r-xp zzz 08:01 77 /x\n"
		"00404000-00405000 r-xp 00000000 08:01 78                         /two\\012lines\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]\n";
	static const struct {
		uint64_t address;
		int code;
		uint64_t begin, offset, inode;
		const char *path;
	} rows[] = {
		{0x400000, 0, 0x400000, 0x2000, 77, "/usr/bin/a b"},
		{0x400fff, 0, 0x400000, 0x2000, 77, "/usr/bin/a b"},
		{0x401000, 0, 0x401000, 0, 0, ""},
		{0x402000, 0, 0x402000, 0, 0, ""},
		{0x403000, -ENOENT, 0, 0, 0, ""},
		{0x404000, 0, 0x404000, 0, 78, "/two\nlines"},
		{0x405000, -ENOENT, 0, 0, 0, ""},
		{0, -ENOENT, 0, 0, 0, ""},
		{0xffffffffff600123, 0, 0xffffffffff600000, 0, 0, "[vsyscall]"},
		{UINT64_MAX, -ENOENT, 0, 0, 0, ""},
	};
	char proc[512];

	(void)state;
	temporary_write("12/maps", text, strlen(text));
	snprintf(proc, sizeof(proc), "%s", temporary_path("."));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct process_map map;

		assert_int_equal(process_map_find(proc, 12, rows[i].address, &map), rows[i].code);
		if (rows[i].code)
			continue;
		assert_true(map.begin == rows[i].begin && map.offset == rows[i].offset);
		assert_true(map.inode == rows[i].inode);
		assert_string_equal(map.path, rows[i].path);
	}
	assert_int_equal(process_map_find(proc, 13, 0x400000, &(struct process_map){0}), -ESRCH);
}

static uint64_t inode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_ino;
}

static void files(void **state)
{
	struct process_map map = {.begin = 0x400000, .end = 0x401000, .path = "/lib/x.so"};
	char proc[512];
	int fd;

	(void)state;
	snprintf(proc, sizeof(proc), "%s", temporary_path("."));
	map.inode = 1;
	assert_int_equal(process_map_open(proc, 14, &map), -ENOENT);
	/* As the process sees it, whatever is at /lib here. */
	map.inode = inode_of(temporary_write("14/root/lib/x.so", "x", 1));
	fd = process_map_open(proc, 14, &map);
	assert_true(fd >= 0);
	close(fd);
	map.inode++;
	assert_int_equal(process_map_open(proc, 14, &map), -ESTALE);
	map.inode = 0;
	assert_int_equal(process_map_open(proc, 14, &map), -ENOENT);
	/* Would wait for a writer. */
	snprintf(map.path, sizeof(map.path), "/lib/fifo");
	assert_int_equal(mkfifo(temporary_path("14/root/lib/fifo"), 0600), 0);
	map.inode = inode_of(temporary_path("14/root/lib/fifo"));
	assert_int_equal(process_map_open(proc, 14, &map), -EINVAL);
	/* The name of no file. */
	snprintf(map.path, sizeof(map.path), "[heap]");
	assert_int_equal(process_map_open(proc, 14, &map), -ENOENT);
	memset(map.path, 'x', sizeof(map.path) - 1);
	map.path[0] = '/';
	assert_true(process_map_open(proc, 14, &map) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
