/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* What is quoted comes from anywhere, and may be cut within a character. */
static void keep_valid(struct err *err)
{
	char old[sizeof(err->text)];
	size_t length = strlen(err->text);

	if (utf8_is_valid(err->text, length))
		return;
	memcpy(old, err->text, length);
	length = utf8_sanitize(err->text, sizeof(err->text) - 1, old, length);
	err->text[length] = '\0';
}

void err_format(struct err *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	keep_valid(err);
}

void err_format_prefix(struct err *err, const char *format, ...)
{
	char old[sizeof(err->text)];
	va_list args;
	int n;

	if (!err)
		return;
	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	n = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - (size_t)n, "%s", old);
	keep_valid(err);
}

void err_format_line(struct err *err, const char *format, ...)
{
	size_t used;
	va_list args;

	if (!err)
		return;
	used = strlen(err->text);
	if (used && used < sizeof(err->text) - 1)
		err->text[used++] = '\n';
	va_start(args, format);
	vsnprintf(err->text + used, sizeof(err->text) - used, format, args);
	va_end(args);
	keep_valid(err);
}
