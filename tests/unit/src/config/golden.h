/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions in files with the errors that they must give. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/definition.h"
#include "test.h"

static inline size_t golden_read(const char *path, char *text, size_t room)
{
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(text, 1, room - 1, file);
	fclose(file);
	text[n] = '\0';
	return n;
}

static inline void golden_update(const char *path, int result, const struct err *err)
{
	FILE *out;

	if (!getenv("GOLDEN_UPDATE") || !result)
		return;
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "%s\n", err->text);
	fclose(out);
}

/* NAME.err beside FILE, which is NAME.yaml, is what was told; without it nothing was wrong. */
static inline void golden_compare(
	const char *folder, const char *file, int result, const struct err *err)
{
	char message[512], expected[sizeof(err->text) + 2];

	snprintf(message, sizeof(message), "%s/%.*s.err", folder, (int)strlen(file) - 5, file);
	golden_update(message, result, err);
	if (access(message, F_OK) == 0) {
		assert_int_equal(result, -EINVAL);
		golden_read(message, expected, sizeof(expected));
		expected[strlen(expected) - 1] = '\0';
		assert_string_equal(err->text, expected);
	} else if (result) {
		fail_msg("%s", err->text);
	}
}

/*
 * NAME.yaml with NAME.err must give exactly these errors, without it must be fine. GOLDEN_UPDATE=1
 * writes the .err files that exist or whose definition is wrong; read what it wrote before you
 * commit it.
 */
static inline void golden_check(const char *folder, const char *file, bool ebpf_exporter)
{
	const struct definition_options options = {.file = file, .ebpf_exporter = ebpf_exporter};
	char path[512], text[16384];
	struct pack_definition pack;
	struct arena arena = {0};
	struct err err = {{0}};
	size_t length;
	int result;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	length = golden_read(path, text, sizeof(text));
	result = definition_parse(&options, text, length, &arena, &pack, &err);
	golden_compare(folder, file, result, &err);
	arena_fini(&arena);
}

/* All of tests/golden/NAME; returns how many there are. */
static inline size_t golden_check_folder(const char *name, bool ebpf_exporter)
{
	char folder[256];
	struct dirent *entry;
	size_t files = 0;
	DIR *directory;

	snprintf(folder, sizeof(folder), "%s/tests/golden/%s", SOURCE_DIR, name);
	directory = opendir(folder);
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		size_t length = strlen(entry->d_name);

		if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
			continue;
		golden_check(folder, entry->d_name, ebpf_exporter);
		files++;
	}
	closedir(directory);
	return files;
}
