/* SPDX-License-Identifier: Apache-2.0 */
/* Several errors of one file, one per line of the resulting text. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "config/position.h"

#include <stdbool.h>
#include <stddef.h>

struct report {
	const char *file;
	struct err *err; /* may be NULL */
	size_t used;	 /* of err->text */
	size_t count;	 /* errors found */
	size_t left_out; /* of those, not in the text: too many or no room */
	bool no_memory;
};

/* `file` is borrowed. */
void report_init(struct report *report, const char *file, struct err *err);
/* Control characters become blanks, so that an error stays one line. */
void report_add(struct report *report, struct position at, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* 0 if there was no error, -EINVAL or -ENOMEM otherwise; says how many errors were left out. */
int report_end(struct report *report);
