/* SPDX-License-Identifier: Apache-2.0 */
/* The one sentence about an export that may have had several mishaps: the first of the worst kind.
 */
#pragma once

#include "base/compiler.h"
#include "otlp/exporter.h"

enum severity {
	SEVERITY_NONE,
	SEVERITY_WARNING,
	SEVERITY_REJECTED,
	SEVERITY_FAILED,
};

struct report {
	const char *where; /* the URL, put in front */
	struct export_result result;
	enum severity severity; /* of the text in the result */
};

/* `error_type` is static, or NULL for a warning. */
void report_tell(struct report *report, enum severity severity, const char *error_type,
	const char *format, ...) PRINTF_LIKE(4, 5);
