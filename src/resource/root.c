/* SPDX-License-Identifier: Apache-2.0 */
/* Files below the root that the input names. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "resource/detector.h"

static int root_path(const struct resource_input *input, const char *path, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s%s", input->root ? input->root : "", path);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int root_read(const struct resource_input *input, const char *path, char *text, size_t room)
{
	char full[PATH_MAX];
	size_t used = 0;
	ssize_t n = 1;
	int fd, err;

	err = root_path(input, path, full);
	if (err)
		return err;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	while (n > 0 && used < room - 1) {
		n = read(fd, text + used, room - 1 - used);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			used += (size_t)n;
	}
	err = n < 0 ? -errno : 0;
	close(fd);
	text[used] = '\0';
	return err ? err : (int)used;
}

int root_readlink(const struct resource_input *input, const char *path, char *text, size_t room)
{
	char full[PATH_MAX];
	ssize_t n;
	int err;

	err = root_path(input, path, full);
	if (err)
		return err;
	n = readlink(full, text, room);
	if (n < 0)
		return -errno;
	if ((size_t)n == room)
		return -ENAMETOOLONG;
	text[n] = '\0';
	return (int)n;
}

static bool read_id(const struct resource_input *input, const char *path, char id[33])
{
	char text[64];

	if (root_read(input, path, text, sizeof(text)) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	/* An image that has not booted yet says "uninitialized". */
	if (strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32 || strspn(text, "0") == 32)
		return false;
	memcpy(id, text, 33);
	return true;
}

bool machine_id_read(const struct resource_input *input, char id[33])
{
	return read_id(input, "/etc/machine-id", id) ||
	       read_id(input, "/var/lib/dbus/machine-id", id);
}
