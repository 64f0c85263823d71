/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line per event on standard error: "otelbpf: LEVEL: text". Line breaks and control characters
 * in the text are escaped, so that bytes from outside cannot forge a line. Only src/app, src/cli
 * and main call these: libraries report through struct err.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_NONE,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Messages above `level` are not written. Starts as LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * A failure that repeats is told when it starts or changes, then only counted, and its end is told
 * with the count. One of these belongs to each thing that can fail again and again.
 */
struct log_repeat {
	uint64_t failures; /* since the last success */
	char kind[64];	   /* of the failure told last */
};

/* Log `text` at warn if it begins a series of failures or its kind differs from that of the failure
 * told last: times and attempts in the text make no new event. */
void log_repeat_failure(struct log_repeat *repeat, const char *kind, const char *text);

/* End a series of failures: logs "WHAT again, after N failures" at info if there were any. */
void log_repeat_success(struct log_repeat *repeat, const char *what);
