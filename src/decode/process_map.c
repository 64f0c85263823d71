/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/process_map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode/lines.h"

/* Digits of the base up to `end`; moves *text behind that. */
static bool take_number(char **text, unsigned int base, char end, uint64_t *number)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;
	char *c = *text;

	for (; *c && *c != end; c++) {
		const char *digit = strchr(digits, *c);

		if (!digit || digit - digits >= (int)base || value > UINT64_MAX / base)
			return false;
		value = value * base + (uint64_t)(digit - digits);
	}
	if (c == *text || *c != end)
		return false;
	*text = c + 1;
	*number = value;
	return true;
}

static bool skip_word(char **text)
{
	char *blank = strchr(*text, ' ');

	if (blank)
		*text = blank + 1;
	return blank != NULL;
}

/* The kernel writes line breaks of a path as "\012" (seq_path), and nothing else of it. */
static void take_path(const char *text, char *path)
{
	size_t used = 0;

	text += strspn(text, " ");
	while (*text && used + 1 < PROCESS_MAP_PATH) {
		bool line_break = strncmp(text, "\\012", 4) == 0;

		path[used++] = line_break ? '\n' : *text;
		text += line_break ? 4 : 1;
	}
	path[used] = '\0';
}

/* "BEGIN-END PERMISSIONS OFFSET DEVICE INODE PATH"; blanks stand before the path, if there is one.
 */
static bool parse_line(char *line, struct process_map *map)
{
	char *inode;

	if (!take_number(&line, 16, '-', &map->begin) || !take_number(&line, 16, ' ', &map->end) ||
		!skip_word(&line) || !take_number(&line, 16, ' ', &map->offset) ||
		!skip_word(&line))
		return false;
	inode = line;
	if (!skip_word(&line)) {
		line = inode + strlen(inode);
	} else {
		line[-1] = '\0';
	}
	if (!take_number(&inode, 10, '\0', &map->inode))
		return false;
	take_path(line, map->path);
	return true;
}

static int find_line(int fd, uint64_t address, struct process_map *map)
{
	struct lines lines;
	char *line;
	int result;

	lines_init(&lines, fd);
	while ((result = lines_next(&lines, &line)) > 0)
		if (parse_line(line, map) && address >= map->begin && address < map->end)
			return 0;
	return result ? result : -ENOENT;
}

int process_map_find(const char *proc, uint32_t pid, uint64_t address, struct process_map *map)
{
	char path[PROCESS_MAP_PATH];
	int fd, result;

	result = snprintf(path, sizeof(path), "%s/%" PRIu32 "/maps", proc, pid);
	if (result < 0 || (size_t)result >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	result = find_line(fd, address, map);
	close(fd);
	return result;
}

/* Not another file that has the name by now. The device is not compared: overlayfs and btrfs show
 * another one in maps than stat() does. */
static int check_file(int fd, const struct process_map *map)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	return status.st_ino == map->inode ? 0 : -ESTALE;
}

static int open_checked(const char *path, const struct process_map *map)
{
	/* A device or a FIFO may have the name: do not wait for it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int result;

	if (fd < 0)
		return -errno;
	result = check_file(fd, map);
	if (!result)
		return fd;
	close(fd);
	return result;
}

int process_map_open(const char *proc, uint32_t pid, const struct process_map *map)
{
	char path[2 * PROCESS_MAP_PATH];
	int n, fd;

	if (!map->inode || map->path[0] != '/')
		return -ENOENT;
	/* The file itself, whatever became of its name; needs CAP_CHECKPOINT_RESTORE. */
	snprintf(path, sizeof(path), "%s/%" PRIu32 "/map_files/%" PRIx64 "-%" PRIx64, proc, pid,
		map->begin, map->end);
	fd = open_checked(path, map);
	if (fd >= 0)
		return fd;
	n = snprintf(path, sizeof(path), "%s/%" PRIu32 "/root%s", proc, pid, map->path);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	return open_checked(path, map);
}
