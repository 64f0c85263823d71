/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "otlp/console_private.h"

void console_style(struct console *console, enum style chosen)
{
	static const char *const sequences[] = {
		[STYLE_SCOPE] = "\033[1;4m",
		[STYLE_METRIC] = "\033[1;36m",
		[STYLE_FAINT] = "\033[2m",
		[STYLE_CHART] = "\033[32m",
		[STYLE_NONE] = "\033[0m",
	};

	if (console->colour)
		buf_puts(console->out, sequences[chosen]);
}

void console_styled(struct console *console, enum style chosen, const char *text)
{
	console_style(console, chosen);
	text_write_escaped(console->out, text, strlen(text));
	console_style(console, STYLE_NONE);
}

void console_padding(struct buf *out, size_t columns)
{
	while (columns--)
		buf_putc(out, ' ');
}

void console_right(struct buf *out, const char *text, size_t columns)
{
	size_t width = text_width(text);

	console_padding(out, columns > width ? columns - width : 0);
	buf_puts(out, text);
}

void console_attrs(struct console *console, const struct series *series)
{
	struct buf *out = console->out;

	for (uint32_t i = 0; i < series->attr_count; i++) {
		const struct attr *attr = &series->attrs[i];
		bool quoted;

		buf_puts(out, i ? " " : "");
		console_style(console, STYLE_FAINT);
		text_write_escaped(out, attr->key, strlen(attr->key));
		buf_putc(out, '=');
		console_style(console, STYLE_NONE);
		switch (attr->type) {
		case ATTR_STRING:
			quoted = !attr->length || strpbrk(attr->string, " \"=");
			buf_puts(out, quoted ? "\"" : "");
			text_write_escaped(out, attr->string, attr->length);
			buf_puts(out, quoted ? "\"" : "");
			break;
		case ATTR_INT:
			buf_printf(out, "%" PRId64, attr->integer);
			break;
		case ATTR_BOOL:
			buf_puts(out, attr->boolean ? "true" : "false");
			break;
		}
	}
	if (!series->attr_count)
		console_styled(console, STYLE_FAINT, "(no attributes)");
}

uint32_t console_shown(const struct console *console)
{
	if (!console->max_series || console->count < console->max_series)
		return console->count;
	return console->max_series;
}

size_t console_wider(size_t columns, const struct value_text *value)
{
	size_t width = text_width(value->text);

	return width > columns ? width : columns;
}
