/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for a test's files, which goes away with them. */
#pragma once

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char temporary[64];

static inline int temporary_make(void **state)
{
	(void)state;
	snprintf(temporary, sizeof(temporary), "/tmp/otelbpf-test-XXXXXX");
	return mkdtemp(temporary) ? 0 : -1;
}

static inline int temporary_remove_one(
	const char *path, const struct stat *stat, int type, struct FTW *position)
{
	(void)stat;
	(void)type;
	(void)position;
	return remove(path);
}

static inline int temporary_remove(void **state)
{
	(void)state;
	return nftw(temporary, temporary_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* TEMPORARY/NAME; in a static buffer. */
static inline const char *temporary_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", temporary, name);
	return path;
}

/* Write the file, and make the folders that it lies in. */
static inline const char *temporary_write(const char *name, const char *text, size_t length)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s", temporary_path(name));
	for (char *slash = path + strlen(temporary) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return temporary_path(name);
}
