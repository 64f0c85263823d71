/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/report.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

void report_tell(struct report *report, enum severity severity, const char *error_type,
	const char *format, ...)
{
	struct export_result *result = &report->result;
	va_list args;
	int n;

	if (severity <= report->severity)
		return;
	report->severity = severity;
	result->error_type = error_type;
	/* A long URL must leave room for what went wrong. */
	n = snprintf(result->error, sizeof(result->error), "%.100s: ", report->where);
	if (n < 0)
		return;
	va_start(args, format);
	vsnprintf(result->error + n, sizeof(result->error) - (size_t)n, format, args);
	va_end(args);
}
