/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"

enum {
	ROOM_FOR_COUNT = 48
}; /* kept free for "and N more errors" */

void report_init(struct report *report, const char *file, struct err *err)
{
	*report = (struct report){.file = file, .err = err};
	if (err)
		err->text[0] = '\0';
}

/* One line of valid UTF-8: what is quoted in it may hold anything, cut anywhere. */
static size_t flatten(char *out, size_t room, const char *line)
{
	size_t length = utf8_sanitize(out, room, line, strlen(line));

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
			out[i] = ' ';
	out[length] = '\0';
	return length;
}

void report_add(struct report *report, struct position at, const char *format, ...)
{
	char raw[768], line[sizeof(raw)];
	size_t room, length;
	va_list args;
	int n;

	report->count++;
	if (!report->err)
		return;
	n = snprintf(raw, sizeof(raw), "%s:%u:%u: ", report->file, at.line, at.column);
	if (n < 0 || (size_t)n >= sizeof(raw) / 2)
		n = 0; /* a path that fills everything says less than the error */
	va_start(args, format);
	vsnprintf(raw + n, sizeof(raw) - (size_t)n, format, args);
	va_end(args);
	length = flatten(line, sizeof(line) - 1, raw);
	room = sizeof(report->err->text) - ROOM_FOR_COUNT - report->used;
	if (report->left_out || report->count > LIMIT_ERRORS_REPORTED || length + 2 > room) {
		report->left_out++;
		return;
	}
	if (report->used)
		report->err->text[report->used++] = '\n';
	memcpy(report->err->text + report->used, line, length + 1);
	report->used += length;
}

int report_end(struct report *report)
{
	if (report->no_memory)
		return err_set(report->err, -ENOMEM, "%s: out of memory", report->file);
	if (!report->count)
		return 0;
	if (report->left_out && report->err)
		snprintf(report->err->text + report->used, ROOM_FOR_COUNT, "\nand %zu more error%s",
			report->left_out, report->left_out == 1 ? "" : "s");
	return -EINVAL;
}
