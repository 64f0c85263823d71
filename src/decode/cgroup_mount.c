/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/cgroup_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "decode/lines.h"

/* Of "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS". */
struct mount {
	char *root, *point, *type, *options;
};

static char *next_field(char **line)
{
	char *field = *line;

	*line += strcspn(*line, " ");
	if (**line)
		*(*line)++ = '\0';
	return field;
}

static bool parse_mount(char *line, struct mount *mount)
{
	char *tail = strstr(line, " - ");

	if (!tail)
		return false;
	*tail = '\0';
	tail += 3;
	for (int i = 0; i < 3; i++)
		next_field(&line);
	mount->root = next_field(&line);
	mount->point = next_field(&line);
	mount->type = next_field(&tail);
	next_field(&tail);
	mount->options = next_field(&tail);
	return mount->point[0] == '/';
}

static bool has_option(const char *options, const char *wanted)
{
	size_t length = strlen(wanted);

	for (; *options; options += options[0] == ',') {
		size_t n = strcspn(options, ",");

		if (n == length && memcmp(options, wanted, n) == 0)
			return true;
		options += n;
	}
	return false;
}

static bool is_octal(const char *text)
{
	return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' &&
	       text[2] >= '0' && text[2] <= '7';
}

/* Blanks, line breaks and backslashes are written as \OOO. */
static void unescape(char *text)
{
	char *out = text;

	while (*text) {
		if (text[0] == '\\' && is_octal(text + 1)) {
			*out++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
					(text[3] - '0'));
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

int cgroup_mount_find(const char *mountinfo, const char *controller, char *path, size_t size)
{
	int fd = open(mountinfo, O_RDONLY | O_CLOEXEC | O_NONBLOCK), result;
	bool found = false, whole = false;
	struct lines lines;
	struct mount mount;
	char *line;

	if (fd < 0)
		return -errno;
	lines_init(&lines, fd);
	while (!whole && (result = lines_next(&lines, &line)) > 0) {
		if (!parse_mount(line, &mount) ||
			strcmp(mount.type, controller ? "cgroup" : "cgroup2") != 0 ||
			(controller && !has_option(mount.options, controller)))
			continue;
		whole = strcmp(mount.root, "/") == 0;
		unescape(mount.point);
		if ((found && !whole) || strlen(mount.point) >= size)
			continue;
		memcpy(path, mount.point, strlen(mount.point) + 1);
		found = true;
	}
	close(fd);
	if (found)
		return 0;
	return result < 0 ? result : -ENOENT;
}
