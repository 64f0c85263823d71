/* SPDX-License-Identifier: Apache-2.0 */
#include "config/substitute.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "config/rows.h"

struct substitution {
	const char *(*lookup)(const char *name);
	struct arena *arena;
	struct buf out;
	const char *problem;
};

static void put_text(struct substitution *s, const char *text, const char *end)
{
	buf_put(&s->out, text, (size_t)(end - text));
}

/* What stands between ${ and }. */
static void put_reference(struct substitution *s, const char *body, const char *end)
{
	char *name = arena_strndup(s->arena, body, (size_t)(end - body));
	const char *fallback = "", *value, *colon;

	if (!name) {
		s->out.failed = true;
		return;
	}
	if (strncmp(name, "env:", 4) == 0)
		name += 4;
	colon = strchr(name, ':');
	if (colon && colon[1] == '-') {
		fallback = colon + 2;
		name[colon - name] = '\0';
	}
	/* A ':' without the '-' is not part of a name either. */
	if (!is_identifier(name, false)) {
		s->problem = "expected ${NAME} or ${NAME:-DEFAULT} (and $$ for a plain $)";
		return;
	}
	value = s->lookup(name);
	buf_puts(&s->out, value && *value ? value : fallback);
}

/* A piece of text without $$. */
static void put_piece(struct substitution *s, const char *text, const char *end)
{
	while (text < end) {
		const char *open = memmem(text, (size_t)(end - text), "${", 2), *close;

		close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;
		if (!close)
			break;
		put_text(s, text, open);
		put_reference(s, open + 2, close);
		text = close + 1;
	}
	put_text(s, text, end);
}

const char *substitute(const char *text, const char *(*lookup)(const char *name),
	struct arena *arena, const char **problem)
{
	struct substitution s = {.lookup = lookup, .arena = arena};
	const char *result = NULL, *dollars;

	*problem = NULL;
	if (!strchr(text, '$'))
		return text;
	buf_init(&s.out, LIMIT_DEFINITION_BYTES);
	for (; (dollars = strstr(text, "$$")); text = dollars + 2) {
		put_piece(&s, text, dollars);
		buf_putc(&s.out, '$');
	}
	put_piece(&s, text, text + strlen(text));
	if (s.problem)
		*problem = s.problem;
	else if (!s.out.failed)
		result = s.out.length ? arena_strndup(arena, (const char *)s.out.data, s.out.length)
				      : "";
	buf_fini(&s.out);
	return result;
}
