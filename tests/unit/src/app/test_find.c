/* SPDX-License-Identifier: Apache-2.0 */
#include "../temporary.h"

#include "app/find.h"

#include <errno.h>

#include "base/limits.h"
#include "test.h"

static int setup(void **state)
{
	static const char *const files[] = {
		"packs/both/both.yaml",
		"packs/both/both.bpf.o",
		"packs/alone/alone.bpf.o",
		"packs/other/another.yaml",
		"packs/.hidden/.hidden.yaml",
		"packs/flat.yaml",
		"packs/flat.bpf.o",
		"packs/single.bpf.o",
		"packs/README.md",
	};

	if (temporary_make(state))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		temporary_write(files[i], "", 0);
	return 0;
}

static void test_find(void **state)
{
	static const struct {
		const char *name; /* "/": behind the temporary folder */
		bool ebpf_exporter;
		const char *definition, *object; /* NULL: none */
	} rows[] = {
		{"both", false, "packs/both/both.yaml", "packs/both/both.bpf.o"},
		{"alone", false, NULL, "packs/alone/alone.bpf.o"},
		{"/packs/flat.yaml", false, "packs/flat.yaml", "packs/flat.bpf.o"},
		{"/packs/flat.bpf.o", false, "packs/flat.yaml", "packs/flat.bpf.o"},
		{"/packs/single.bpf.o", false, NULL, "packs/single.bpf.o"},
		{"/packs/other/another.yaml", false, "packs/other/another.yaml",
			"packs/other/another.bpf.o"},
		{"/packs/flat.yaml", true, "packs/flat.yaml", "packs/flat.bpf.o"},
	};
	struct arena arena = {0};
	char directory[128], name[256], expected[256];

	(void)state;
	snprintf(directory, sizeof(directory), "%s/packs", temporary);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pack_request request = {.name = name,
			.directory = directory,
			.ebpf_exporter = rows[i].ebpf_exporter};
		struct pack_files files;

		snprintf(name, sizeof(name), "%s%s", rows[i].name[0] == '/' ? temporary : "",
			rows[i].name);
		assert_int_equal(pack_find(&files, &request, &arena, NULL), 0);
		snprintf(expected, sizeof(expected), "%s/%s", temporary, rows[i].object);
		assert_string_equal(files.object, expected);
		snprintf(expected, sizeof(expected), "%s/%s", temporary,
			rows[i].definition ? rows[i].definition : "");
		if (rows[i].definition)
			assert_string_equal(files.definition, expected);
		else
			assert_null(files.definition);
	}
	arena_fini(&arena);
}

static void test_not_found(void **state)
{
	static const struct {
		const char *name;
		bool ebpf_exporter;
		int result;
		const char *sentence;
	} rows[] = {
		{"bath", false, -ENOENT, "there is no pack `bath` in "},
		{"bath", false, -ENOENT, "; did you mean `both`? `otelbpf list` shows"},
		{"zzzzzz", false, -ENOENT, "; `otelbpf list` shows what there is"},
		{"other", false, -ENOENT, "there is no pack `other`"},
		{"", false, -ENOENT, "there is no pack ``"},
		{"..", false, -ENOENT, "there is no pack `..`"},
		{"./none.yaml", false, -ENOENT, "./none.yaml: No such file"},
		{"./none.bpf.o", false, -ENOENT, "./none.bpf.o: No such file"},
		{"./none", false, -EINVAL, "by the path of its .yaml or .bpf.o file"},
		{"none/", false, -EINVAL, "by the path of its .yaml or .bpf.o file"},
		{"/dev/null/x.yaml", false, -ENOTDIR, "Not a directory"},
		/* A file of that dialect is named by its path, whatever it looks like. */
		{"both", true, -EINVAL, "by the path of its .yaml or .bpf.o file"},
		{"none.yaml", true, -ENOENT, "none.yaml: No such file"},
	};
	struct arena arena = {0};
	char directory[128];

	(void)state;
	snprintf(directory, sizeof(directory), "%s/packs", temporary);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pack_request request = {.name = rows[i].name,
			.directory = directory,
			.ebpf_exporter = rows[i].ebpf_exporter};
		struct pack_files files;
		struct err err = {""};

		assert_int_equal(pack_find(&files, &request, &arena, &err), rows[i].result);
		if (!strstr(err.text, rows[i].sentence))
			fail_msg("\"%s\" is not in: %s", rows[i].sentence, err.text);
	}
	arena_fini(&arena);
}

static void test_all_of_a_directory(void **state)
{
	static const char *const names[] = {"alone", "both"};
	static const char *const paths[] = {"packs/alone/alone.bpf.o", "packs/both/both.yaml",
		"packs/flat.yaml", "packs/single.bpf.o"};
	const char *const *found;
	struct arena arena = {0};
	char directory[128], expected[256];
	size_t count;

	(void)state;
	snprintf(directory, sizeof(directory), "%s/packs", temporary);
	assert_int_equal(pack_names(directory, &found, &count, &arena, NULL), 0);
	assert_int_equal(count, ARRAY_SIZE(names));
	for (size_t i = 0; i < count; i++)
		assert_string_equal(found[i], names[i]);
	assert_int_equal(pack_paths(directory, &found, &count, &arena, NULL), 0);
	assert_int_equal(count, ARRAY_SIZE(paths));
	for (size_t i = 0; i < count; i++) {
		snprintf(expected, sizeof(expected), "%s/%s", temporary, paths[i]);
		assert_string_equal(found[i], expected);
	}
	arena_fini(&arena);
}

static void test_directories_that_are_none(void **state)
{
	const char *const *found;
	struct arena arena = {0};
	struct err err = {""};
	size_t count;

	(void)state;
	assert_int_equal(pack_names(temporary_path("none"), &found, &count, &arena, &err), -ENOENT);
	assert_non_null(strstr(err.text, "name another with --pack-dir"));
	assert_int_equal(
		pack_paths(temporary_path("packs/flat.yaml"), &found, &count, &arena, &err),
		-ENOTDIR);
	arena_fini(&arena);
}

/* As many as are allowed are all found; one more is a mistake, and none is left out in silence. */
static void test_many(void **state)
{
	const char *const *found;
	struct arena arena = {0};
	struct err err = {""};
	char name[64];
	size_t count;

	(void)state;
	for (int i = 0; i <= LIMIT_PACKS; i++) {
		if (i == LIMIT_PACKS) {
			assert_int_equal(
				pack_paths(temporary_path("many"), &found, &count, &arena, &err),
				0);
			assert_int_equal(count, LIMIT_PACKS);
		}
		snprintf(name, sizeof(name), "many/%d.yaml", i);
		temporary_write(name, "", 0);
	}
	assert_int_equal(pack_paths(temporary_path("many"), &found, &count, &arena, &err), -E2BIG);
	assert_non_null(strstr(err.text, "more than 256 packs"));
	arena_fini(&arena);
}

static void test_place_of_packs(void **state)
{
	struct arena arena = {0};
	const char *found;

	(void)state;
	assert_string_equal(pack_directory("/named", &arena, NULL), "/named");
	/* There is no folder of packs beside this test. */
	found = pack_directory(NULL, &arena, NULL);
	assert_non_null(found);
	assert_non_null(strstr(found, "/../lib/otelbpf/packs"));
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_all_of_a_directory),
		cmocka_unit_test(test_directories_that_are_none),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_place_of_packs),
	};

	return cmocka_run_group_tests(tests, setup, temporary_remove);
}
