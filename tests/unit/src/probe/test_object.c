/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "fixture.h"

static struct err err;

static void maps_and_programs_are_listed(void **state)
{
	struct probe *probe;
	struct program_info info;
	const struct map_info *map;
	(void)state;

	assert_int_equal(probe_open(&probe, object_path("layouts"), NULL, 0, &err), 0);
	/* .rodata and .bss are not among them. */
	assert_int_equal(probe_map_count(probe), 6);
	map = probe_map(probe, "records");
	assert_non_null(map);
	assert_string_equal(map->name, "records");
	assert_int_equal(map->fd, -1);
	assert_int_equal(map->type, BPF_MAP_TYPE_HASH);
	assert_int_equal(map->max_entries, 10);
	assert_int_equal(map->value_size, 8);
	assert_int_equal(probe_map_bytes(map), 0);
	assert_null(probe_map(probe, "record"));
	assert_null(probe_map(probe, ""));
	for (size_t i = 0; i < probe_map_count(probe); i++)
		assert_ptr_equal(
			probe_map_at(probe, i), probe_map(probe, probe_map_at(probe, i)->name));
	map = probe_map(probe, "untyped");
	assert_int_equal(map->key.field_count, 0);
	assert_int_equal(map->key_size, 4);
	assert_int_equal(map->value_size, 12);
	assert_int_equal(probe_program_count(probe), 1);
	probe_program_info(probe, 0, &info);
	assert_string_equal(info.name, "nothing");
	assert_string_equal(info.section, "socket");
	assert_false(info.loaded || info.attached || info.has_stats);
	assert_string_equal(probe_verifier_log(probe), "");
	assert_true(probe_attach(probe, &err) < 0);
	assert_non_null(strstr(err.text, "it is not loaded"));
	probe_free(probe);
	probe_free(NULL);
}

static void wrong_choices_are_refused(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const unknown[] = {"working", "wroking"};
	static const char *const good[] = {"working", "working_raw"};
	static const char *const again[] = {"missing", "working"};
	static const struct {
		struct probe_choice choices[2];
		size_t count;
		const char *text;
	} cases[] = {
		{{{none, 0, NULL}}, 1, "a choice of programs names none"},
		{{{unknown, 2, "pack.yaml:4:5"}}, 1,
			"programs.bpf.o: it has no program \"wroking\", which a choice names; did "
			"you mean \"working\"?"},
		{{{unknown, 2, "pack.yaml:4:5"}}, 1, "pack.yaml:4:5: "},
		{{{good, 2, NULL}, {again, 2, NULL}}, 2,
			"program \"working\" is named by choices twice"},
		{{{good, 2, NULL}, {good, 2, NULL}}, 2, "named by choices twice"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct probe *probe = NULL;

		assert_int_equal(probe_open(&probe, object_path("programs"), cases[i].choices,
					 cases[i].count, &err),
			-EINVAL);
		assert_non_null(strstr(err.text, cases[i].text));
		assert_non_null(strstr(err.text, "programs.bpf.o: "));
		assert_null(probe);
	}
}

static void truncated_object_is_refused_with_a_sentence(void **state)
{
	size_t size;
	unsigned char *bytes = read_bytes(object_path("layouts"), &size);
	struct probe *probe;
	(void)state;

	for (size_t length = 0; length < size; length += 64) {
		/* A copy of its own, so that the sanitizer sees a step over the end. */
		err.text[0] = '\0';
		assert_int_equal(open_bytes(&probe, bytes, length, &err), -EINVAL);
		assert_non_null(strstr(err.text, ": it "));
	}
	assert_int_equal(open_bytes(&probe, bytes, size, &err), 0);
	probe_free(probe);
	free(bytes);
}

/* Each byte of the headers and tables, changed: an error or a probe, never a crash. */
static void damaged_object_does_no_harm(void **state)
{
	size_t size, opened = 0, refused = 0;
	unsigned char *bytes = read_bytes(object_path("programs"), &size);
	struct probe *probe;
	(void)state;

	for (size_t at = 0; at < size; at += 7) {
		unsigned char old = bytes[at];

		bytes[at] = (unsigned char)(old ^ (at % 2 ? 0x81 : 0xff));
		err.text[0] = '\0';
		if (open_bytes(&probe, bytes, size, &err) == 0) {
			probe_free(probe);
			opened++;
		} else {
			assert_true(strlen(err.text) > 0);
			refused++;
		}
		bytes[at] = old;
	}
	/* Debug sections are not looked at, headers are. */
	assert_true(opened > 0 && refused > 0);
	free(bytes);
}

static void file_that_cannot_be_an_object_is_refused(void **state)
{
	char folder[] = "/tmp/otelbpf-object-XXXXXX", path[64];
	struct probe *probe;
	(void)state;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/x.o", folder);
	assert_int_equal(probe_open(&probe, path, NULL, 0, &err), -ENOENT);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "No such file"));

	assert_int_equal(probe_open(&probe, folder, NULL, 0, &err), -EINVAL);
	assert_non_null(strstr(err.text, "not a regular file"));

	/* Opening it for reading would wait for a writer. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(probe_open(&probe, path, NULL, 0, &err), -EINVAL);
	assert_non_null(strstr(err.text, "not a regular file"));
	unlink(path);

	/* All holes: takes no space. */
	assert_int_equal(close(creat(path, 0600)), 0);
	assert_int_equal(truncate(path, (64L << 20) + 1), 0);
	assert_int_equal(probe_open(&probe, path, NULL, 0, &err), -EINVAL);
	assert_non_null(strstr(err.text, "more than 67108864 bytes"));
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_and_programs_are_listed),
		cmocka_unit_test(wrong_choices_are_refused),
		cmocka_unit_test(truncated_object_is_refused_with_a_sentence),
		cmocka_unit_test(damaged_object_does_no_harm),
		cmocka_unit_test(file_that_cannot_be_an_object_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
