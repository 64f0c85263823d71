/* SPDX-License-Identifier: Apache-2.0 */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

enum {
	READ_SIZE = 16 << 10
};

static int read_all(int fd, const char *path, struct buf *buf, struct err *err)
{
	ssize_t n;

	do {
		uint8_t *room = buf_extend(buf, READ_SIZE);

		if (!room)
			return err_set(err, -EINVAL, "%s: the file has more than %d bytes", path,
				LIMIT_DEFINITION_BYTES);
		do
			n = read(fd, room, READ_SIZE);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_set(err, -errno, "%s: %s", path, strerror(errno));
		buf->length -= READ_SIZE - (size_t)n;
	} while (n);
	return 0;
}

int file_read(const char *path, struct buf *buf, struct err *err)
{
	/* A FIFO that nobody writes to is empty, and not waited for; of one with a writer, as
	 * shells make for <(...), all is read. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), result;

	if (fd >= 0 && fcntl(fd, F_SETFL, 0) < 0) {
		result = -errno;
		close(fd);
		return err_set(err, result, "%s: %s", path, strerror(-result));
	}
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	buf_init(buf, LIMIT_DEFINITION_BYTES + READ_SIZE);
	result = read_all(fd, path, buf, err);
	close(fd);
	if (result)
		buf_fini(buf);
	return result;
}
