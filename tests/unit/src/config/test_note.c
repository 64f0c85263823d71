/* SPDX-License-Identifier: Apache-2.0 */
#include "config/note.h"

#include <stdbool.h>
#include <string.h>

#include "test.h"

static void notes_stay_in_order(void **state)
{
	const struct note *list = NULL;
	struct arena arena = {0};
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	note_add(&arena, &list, "f.yaml", (struct position){3, 4}, "%s %d", "first", 1);
	note_add(&arena, &list, "f.yaml", (struct position){1, 2}, "second");
	note_add(&arena, &list, "f.yaml", (struct position){5, 6}, "%s", text);
	assert_string_equal(list->text, "f.yaml:3:4: first 1");
	assert_string_equal(list->next->text, "f.yaml:1:2: second");
	assert_true(strlen(list->next->next->text) < 600);
	assert_null(list->next->next->next);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_stay_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
