/* SPDX-License-Identifier: Apache-2.0 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "fixture.h"
#include "test.h"

static struct err err;
static struct arena arena;
static unsigned char *bytes;
static size_t size;

static int set_up(void **state)
{
	(void)state;
	bytes = read_bytes(object_path("itself"), &size);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(bytes);
	arena_fini(&arena);
	arena = (struct arena){0};
	return 0;
}

/* The number of the section with the definition. */
static size_t definition_section(void)
{
	const Elf64_Ehdr *header = (const void *)bytes;
	const Elf64_Shdr *sections = (const void *)(bytes + header->e_shoff);
	const char *names = (const char *)bytes + sections[header->e_shstrndx].sh_offset;

	for (size_t i = 1; i < header->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, ".otelbpf"))
			return i;
	fail_msg("no section .otelbpf");
	return 0;
}

static Elf64_Shdr *section(size_t index)
{
	return (Elf64_Shdr *)(void *)(bytes + ((const Elf64_Ehdr *)(const void *)bytes)->e_shoff) +
	       index;
}

static int read_definition(const char **text, size_t *length)
{
	int fd = memfd_create("object", MFD_CLOEXEC), rc;
	char path[64];

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = probe_definition(path, &arena, text, length, &err);
	close(fd);
	return rc;
}

static void its_text(void **state)
{
	static const char expected[] = "text of a definition\nin two lines\n";
	struct probe *probe;
	const char *text;
	size_t length;

	(void)state;
	assert_int_equal(read_definition(&text, &length), 0);
	assert_int_equal(length, sizeof(expected) - 1);
	assert_string_equal(text, expected);
	/* It is an object like any other. */
	assert_int_equal(open_bytes(&probe, bytes, size, &err), 0);
	assert_int_equal(probe_map_count(probe), 1);
	probe_free(probe);
}

/* Behind a line they end a text, or fill what lies before the next one. */
static void zeros(void **state)
{
	static const char contents[] = "the first text\n\0the second\n\0\0\0a th\0ird one\n\0";
	static const char expected[] = "the first text\nthe second\na th\0ird one\n";
	const char *text;
	size_t length;

	(void)state;
	bytes = realloc(bytes, size + sizeof(contents));
	assert_non_null(bytes);
	memcpy(bytes + size, contents, sizeof(contents));
	section(definition_section())->sh_offset = size;
	section(definition_section())->sh_size = sizeof(contents);
	size += sizeof(contents);
	assert_int_equal(read_definition(&text, &length), 0);
	assert_int_equal(length, sizeof(expected) - 1);
	assert_memory_equal(text, expected, sizeof(expected));
}

static void the_kernel_takes_it(void **state)
{
	struct probe *probe;

	(void)state;
	if (need_bpf())
		skip();
	assert_int_equal(open_bytes(&probe, bytes, size, &err), 0);
	if (probe_load(probe, &err) || probe_attach(probe, &err))
		fail_msg("%s", err.text);
	probe_free(probe);
}

static void no_definition(void **state)
{
	const char *text;
	size_t length;

	(void)state;
	assert_int_equal(
		probe_definition(object_path("required"), &arena, &text, &length, &err), -ENODATA);
	assert_non_null(strstr(err.text, "required.bpf.o: it has no definition in it"));
	assert_int_equal(
		probe_definition("/nonexistent.bpf.o", &arena, &text, &length, &err), -ENOENT);
	assert_int_equal(probe_definition("/", &arena, &text, &length, &err), -EINVAL);
	assert_int_equal(probe_definition("/dev/null", &arena, &text, &length, &err), -EINVAL);
}

static void make_empty(void)
{
	section(definition_section())->sh_size = 0;
}

static void make_outside(void)
{
	section(definition_section())->sh_offset = size - 1;
}

static void make_overflowing(void)
{
	section(definition_section())->sh_offset = UINT64_MAX - 4;
}

static void make_large(void)
{
	section(definition_section())->sh_size = UINT64_MAX;
}

static void make_without_contents(void)
{
	section(definition_section())->sh_type = SHT_NOBITS;
}

static void make_other_type(void)
{
	section(definition_section())->sh_type = SHT_NOTE;
}

static void make_two(void)
{
	size_t index = definition_section(), other = index > 1 ? index - 1 : index + 1;

	*section(other) = *section(index);
}

static void make_compressed(void)
{
	section(definition_section())->sh_flags |= SHF_COMPRESSED;
}

static void damaged(void **state)
{
	/* The symbol of the text would lie outside of an empty section. */
	static void (*const damages[])(void) = {make_empty, make_outside, make_overflowing,
		make_large, make_without_contents, make_other_type, make_two, make_compressed};
	const char *text;
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		tear_down(state);
		set_up(state);
		damages[i]();
		assert_int_equal(read_definition(&text, &length), -EINVAL);
	}
	for (size_t cut = 0; cut < size; cut += 101) {
		tear_down(state);
		set_up(state);
		size = cut;
		assert_true(read_definition(&text, &length) < 0);
	}
}

static void too_long(void **state)
{
	size_t room = LIMIT_DEFINITION_BYTES + 2;
	const char *text;
	size_t length;

	(void)state;
	bytes = realloc(bytes, size + room);
	assert_non_null(bytes);
	memset(bytes + size, 'x', room);
	section(definition_section())->sh_offset = size;
	section(definition_section())->sh_size = LIMIT_DEFINITION_BYTES;
	size += room;
	assert_int_equal(read_definition(&text, &length), 0);
	assert_int_equal(length, LIMIT_DEFINITION_BYTES);
	section(definition_section())->sh_size = LIMIT_DEFINITION_BYTES + 1;
	assert_int_equal(read_definition(&text, &length), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(its_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(zeros, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_kernel_takes_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_definition, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_long, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
