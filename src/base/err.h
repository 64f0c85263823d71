/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, for people. Functions return 0 or a negative errno and write the sentence here;
 * they do not log. Whoever gives up logs it, once.
 */
#pragma once

#include "base/compiler.h"

struct err {
	/* What was found, what was expected, what to do; cut at the end if longer. */
	char text[4096];
};

/* Write the text and return `code`, so that failing is one line: return err_set(err, -EINVAL, ...).
 * `err` may be NULL. */
int err_set(struct err *err, int code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Put context in front of the text that is there ("pack softirqs: ..."). Returns `code`. */
int err_prefix(struct err *err, int code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Add a line, for those who report several mistakes in one run. Returns `code`. */
int err_add_line(struct err *err, int code, const char *format, ...) PRINTF_LIKE(3, 4);
