/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong, for people. Functions return 0 or a negative errno and write the sentence here;
 * they do not log. Whoever gives up logs it, once.
 */
#pragma once

#include "base/compiler.h"

struct err {
	/* What was found, what was expected, what to do: valid UTF-8; cut at the end if longer. */
	char text[4096];
};

/*
 * Macros, so that every compiler and analyzer sees that the result is `code`: whoever gets one of
 * these as its own result has failed. `code` is evaluated before the arguments; `err` may be NULL.
 */

/* Write the text and return `code`, so that failing is one line: return err_set(err, -EINVAL, ...).
 */
#define err_set(err, code, ...) err_returning(err_format, err, code, __VA_ARGS__)

/* Put context in front of the text that is there ("pack softirqs: ..."). Returns `code`. */
#define err_prefix(err, code, ...) err_returning(err_format_prefix, err, code, __VA_ARGS__)

/* Add a line, for those who report several mistakes in one run. Returns `code`. */
#define err_add_line(err, code, ...) err_returning(err_format_line, err, code, __VA_ARGS__)

/* What the macros above are made of. */
#define err_returning(format_text, err, code, ...)                                                 \
	({                                                                                         \
		int err_returned_code = (code);                                                    \
		format_text((err), __VA_ARGS__);                                                   \
		err_returned_code;                                                                 \
	})
void err_format(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
void err_format_prefix(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
void err_format_line(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
