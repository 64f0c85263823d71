/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "../temporary.h"
#include "decode/lines.h"

/* The lines of a file with these bytes, joined by '|'. */
static const char *read_all(const char *text, size_t length)
{
	static char joined[65536];
	int fd = open(temporary_write("lines", text, length), O_RDONLY | O_CLOEXEC);
	struct lines *lines = malloc(sizeof(*lines));
	size_t used = 0;
	char *line;
	int result;

	assert_non_null(lines);
	assert_true(fd >= 0);
	joined[0] = '\0';
	lines_init(lines, fd);
	while ((result = lines_next(lines, &line)) > 0)
		used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s|", line);
	assert_int_equal(result, 0);
	assert_int_equal(lines_next(lines, &line), 0);
	close(fd);
	free(lines);
	return joined;
}

static void splits(void **state)
{
	(void)state;
	assert_string_equal(read_all("", 0), "");
	assert_string_equal(read_all("a\nbc\n", 5), "a|bc|");
	assert_string_equal(read_all("a\nbc", 4), "a|bc|");
	assert_string_equal(read_all("\n\n", 2), "||");
	assert_string_equal(read_all("a\nb\0c\nd\n", 8), "a|d|");
	assert_string_equal(read_all("\0", 1), "");
}

static void too_long_lines_are_left_out(void **state)
{
	const size_t room = sizeof(((struct lines *)0)->buffer);
	char *text = malloc(3 * room + 16);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 3 * room + 16);
	for (size_t length = room - 3; length < room + 3; length++) {
		memcpy(text, "a\n", 2);
		memset(text + 2, 'x', length);
		memcpy(text + 2 + length, "\nb\n", 3);
		if (length < room - 1)
			assert_int_equal(strlen(read_all(text, length + 5)), length + 5);
		else
			assert_string_equal(read_all(text, length + 5), "a|b|");
		text[2 + length] = text[3 + length] = text[4 + length] = 'x';
	}
	memset(text, 'x', 3 * room);
	assert_string_equal(read_all(text, 3 * room), "");
	text[3 * room] = '\n';
	text[3 * room + 1] = 'b';
	assert_string_equal(read_all(text, 3 * room + 2), "b|");
	free(text);
}

static void unreadable(void **state)
{
	struct lines *lines = malloc(sizeof(*lines));
	char *line;

	(void)state;
	assert_non_null(lines);
	lines_init(lines, -1);
	assert_true(lines_next(lines, &line) < 0);
	free(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(too_long_lines_are_left_out),
		cmocka_unit_test(unreadable),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
