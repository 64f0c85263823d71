/* SPDX-License-Identifier: Apache-2.0 */
/* A file line by line, in constant memory. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>

struct lines {
	int fd; /* the caller's; read from where it stands */
	bool skipping;
	size_t start, end; /* of what was read and not yet given out */
	char buffer[16384];
};

void lines_init(struct lines *lines, int fd);

/*
 * 1: *line is the next one, NUL-terminated and without its end, valid until the next call; 0: end
 * of the file; otherwise a negative errno. Lines longer than the buffer, and lines with a NUL, are
 * left out.
 */
int lines_next(struct lines *lines, char **line) MUST_CHECK;
