/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/user_file.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct err err;

/* A program with the probes demo:start and demo:stop. */
struct image {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	char names[32];
	struct note {
		Elf64_Nhdr head;
		char owner[8];
		uint64_t addresses[3];
		char texts[20]; /* provider, name, arguments */
	} __attribute__((packed)) notes[2];
};

static const struct image good = {
	.header =
		{
			.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64,
				__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB
									  : ELFDATA2MSB},
			.e_shoff = offsetof(struct image, sections),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = 3,
			.e_shstrndx = 1,
		},
	.sections =
		{
			[1] = {.sh_name = 15,
				.sh_type = SHT_STRTAB,
				.sh_offset = offsetof(struct image, names),
				.sh_size = 32},
			[2] = {.sh_name = 1,
				.sh_type = SHT_NOTE,
				.sh_offset = offsetof(struct image, notes),
				.sh_size = sizeof(good.notes)},
		},
	.names = "\0.note.stapsdt\0.shstrtab",
	.notes =
		{
			{{8, sizeof(uint64_t[3]) + 20, 3}, "stapsdt", {0},
				"demo\0start\0"
				"8@%rax"},
			{{8, sizeof(uint64_t[3]) + 20, 3}, "stapsdt", {0}, "demo\0stop\0"},
		},
};

static char folder[] = "/tmp/otelbpf-test-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const void *bytes, size_t size)
{
	FILE *file = fopen(path_of(name), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static int tear_down(void **state)
{
	static const char *const names[] = {
		"program", "otelbpf-script", "libdemo.so.1", "other/program"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(path_of(names[i]));
	rmdir(path_of("other"));
	return rmdir(folder);
}

static int has(const char *provider, const char *name)
{
	return user_file_has_usdt(path_of("program"), provider, name);
}

static void probes_of_a_program(void **state)
{
	static const struct {
		const char *provider, *name;
		int expected;
	} cases[] = {
		{"demo", "start", 1},
		{"demo", "stop", 1},
		{"demo", "star", 0},
		{"demo", "starts", 0},
		{"dem", "start", 0},
		{"demo", "", 0},
		{"", "", 0},
		{"demo", "start and much more than there is in the note", 0},
	};

	(void)state;
	put("program", &good, sizeof(good));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (has(cases[i].provider, cases[i].name) != cases[i].expected)
			fail_msg("%s:%s", cases[i].provider, cases[i].name);
}

/* Each value goes to a place of a good file; the probe that is looked for is the second. */
static void damaged_files(void **state)
{
#define AT(member) offsetof(struct image, member), sizeof(good.member)
	static const struct {
		size_t offset, size;
		uint64_t value;
		int expected;
	} cases[] = {
		{AT(header.e_ident[0]), 0, -ENOEXEC},
		{AT(header.e_ident[EI_CLASS]), ELFCLASS32, -EINVAL},
		{AT(header.e_ident[EI_DATA]), 3, -EINVAL},
		{AT(header.e_shentsize), 40, -EINVAL},
		{AT(header.e_shnum), 0, -EINVAL},
		{AT(header.e_shnum), 0xffff, -EINVAL},
		{AT(header.e_shstrndx), 3, -EINVAL},
		{AT(header.e_shoff), UINT64_MAX, -EINVAL},
		{AT(header.e_shoff), sizeof(good), -EINVAL},
		{AT(sections[1].sh_size), UINT64_MAX, -EINVAL},
		{AT(sections[1].sh_size), 0, -EINVAL},
		{AT(sections[1].sh_size), 8, 0},
		{AT(sections[1].sh_offset), INT64_MAX, -EINVAL},
		{AT(sections[2].sh_name), UINT32_MAX, 0},
		{AT(sections[2].sh_name), 31, 0},
		{AT(sections[2].sh_type), SHT_PROGBITS, 0},
		{AT(sections[2].sh_size), 0, -EINVAL},
		{AT(sections[2].sh_size), sizeof(good.notes) + 1, -EINVAL},
		{AT(sections[2].sh_size), sizeof(good.notes[0]), 0},
		{AT(sections[2].sh_size), sizeof(good.notes) - 1, 0},
		{AT(notes[0].head.n_namesz), UINT32_MAX, 0},
		{AT(notes[0].head.n_descsz), UINT32_MAX, 0},
		{AT(notes[0].head.n_namesz), 0, 0},
		{AT(notes[0].head.n_type), 4, 1},
		{AT(notes[1].head.n_type), 4, 0},
		{AT(notes[1].head.n_descsz), 30, 0},
		{AT(notes[1].head.n_descsz), 34, 1},
		{AT(notes[1].texts[4]), 'x', 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct image image = good;
		int found;

		/* The tests run where low bytes come first, like all machines that we know. */
		memcpy((char *)&image + cases[i].offset, &cases[i].value, cases[i].size);
		put("program", &image, sizeof(image));
		found = has("demo", "stop");
		if (found != cases[i].expected)
			fail_msg("case %zu: %d", i, found);
	}
	put("program", &good, sizeof(good) / 2);
	assert_int_equal(has("demo", "stop"), -EINVAL);
	put("program", &good, 0);
	assert_int_equal(has("demo", "stop"), -ENOEXEC);
	assert_int_equal(user_file_has_usdt("/otelbpf/none", "a", "b"), -ENOENT);
}

static void files_by_name(void **state)
{
	char path[PATH_MAX], folders[PATH_MAX * 2];

	(void)state;
	assert_int_equal(mkdir(path_of("other"), 0700), 0);
	put("program", "#!/bin/sh\n", 10);
	put("other/program", &good, sizeof(good));
	put("libdemo.so.1", &good, sizeof(good));
	put("otelbpf-script", "#!/bin/sh\n", 10);
	snprintf(folders, sizeof(folders), "/otelbpf/none::%s:%s/other", folder, folder);
	assert_int_equal(setenv("PATH", folders, 1), 0);
	assert_int_equal(setenv("LD_LIBRARY_PATH", folder, 1), 0);

	/* The script stands before the program that it starts. */
	assert_int_equal(user_file_find("program", path, sizeof(path), &err), 0);
	assert_string_equal(path, path_of("other/program"));
	assert_int_equal(user_file_find("libdemo.so.1", path, sizeof(path), &err), 0);
	assert_string_equal(path, path_of("libdemo.so.1"));
	assert_int_equal(user_file_find("libc.so.6", path, sizeof(path), &err), 0);
	assert_non_null(strstr(path, "/libc.so.6"));
	/* Not this tool's own setting: also where PATH has none of the usual folders. */
	assert_int_equal(user_file_find("sh", path, sizeof(path), &err), 0);
	assert_int_equal(user_file_find("/proc/self/exe", path, sizeof(path), &err), 0);
	assert_string_equal(path, "/proc/self/exe");
}

static void files_that_are_not_there(void **state)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{"otelbpf-none", "no program otelbpf-none (ELF)"},
		{"libotelbpf-none.so.1", "no library libotelbpf-none.so.1 (ELF)"},
		{"otelbpf-script", "no program otelbpf-script (ELF)"},
		{"", "no program"},
		{"/otelbpf/none", "no file /otelbpf/none"},
		{"/dev/null", "/dev/null is no program or library"},
		{"/dev/null/x", "no file /dev/null/x"},
		{"/tmp/", "/tmp/ is no program or library"},
		{"./otelbpf-none", "no file ./otelbpf-none"},
	};
	char path[PATH_MAX], small[8];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(user_file_find(cases[i].name, path, sizeof(path), &err), -ENOENT);
		if (!strstr(err.text, cases[i].text))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].text, err.text);
	}
	assert_int_equal(
		user_file_find("/proc/self/exe", small, sizeof(small), &err), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_of_a_program),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(files_by_name),
		cmocka_unit_test(files_that_are_not_there),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
