/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lines_init(struct lines *lines, int fd)
{
	lines->fd = fd;
	lines->skipping = false;
	lines->start = lines->end = 0;
}

/* Read more behind what is there. 1, 0 at the end of the file, or a negative errno. */
static int fill(struct lines *lines)
{
	/* One byte stays free, for the NUL behind a last line that has no end. */
	const size_t size = sizeof(lines->buffer) - 1;
	ssize_t n;

	if (lines->start) {
		memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
		lines->end -= lines->start;
		lines->start = 0;
	}
	if (lines->end == size) {
		lines->end = 0;
		lines->skipping = true;
	}
	do
		n = read(lines->fd, lines->buffer + lines->end, size - lines->end);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	lines->end += (size_t)n;
	return 1;
}

/* The line of these bytes, or NULL if it is to be left out. */
static char *take(struct lines *lines, size_t length)
{
	char *line = lines->buffer + lines->start;
	bool skip = lines->skipping || memchr(line, '\0', length);

	line[length] = '\0';
	lines->start += length < lines->end - lines->start ? length + 1 : length;
	lines->skipping = false;
	return skip ? NULL : line;
}

int lines_next(struct lines *lines, char **line)
{
	for (;;) {
		char *from = lines->buffer + lines->start;
		size_t length = lines->end - lines->start;
		char *newline = length ? memchr(from, '\n', length) : NULL;
		int result = newline ? 1 : fill(lines);

		if (result < 0)
			return result;
		length = lines->end - lines->start;
		if (newline)
			*line = take(lines, (size_t)(newline - from));
		else if (result)
			continue;
		else if (!length)
			return 0;
		else
			*line = take(lines, length);
		if (*line)
			return 1;
	}
}
