/* SPDX-License-Identifier: Apache-2.0 */
#include "config/note.h"

#include <stdarg.h>
#include <stdio.h>

void note_add(struct arena *arena, const struct note **list, const char *file, struct position at,
	const char *format, ...)
{
	struct note *note = arena_alloc(arena, sizeof(*note));
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (note)
		note->text = arena_printf(arena, "%s:%u:%u: %s", file, at.line, at.column, text);
	if (!note || !note->text)
		return;
	while (*list)
		list = (const struct note **)&(*list)->next;
	*list = note;
}
