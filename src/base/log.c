/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level current_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	current_level = level;
}

bool log_enabled(enum log_level level)
{
	return level <= current_level;
}

/* One write() per line, so that lines of several processes on one stderr do not mix. */
static void PRINTF_LIKE(2, 0) write_line(enum log_level level, const char *format, va_list args)
{
	static const char *const names[] = {"", "error", "warning", "info", "debug"};
	char text[2048], line[4096];
	int saved_errno = errno;
	size_t used;

	vsnprintf(text, sizeof(text), format, args);
	used = (size_t)snprintf(line, sizeof(line), "otelbpf: %s: ", names[level]);
	for (const char *c = text; *c && used < sizeof(line) - 6; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte == '\n')
			used += (size_t)sprintf(line + used, "\\n");
		else if (byte < 0x20 || byte == 0x7f)
			used += (size_t)sprintf(line + used, "\\x%02x", byte);
		else
			line[used++] = *c;
	}
	line[used++] = '\n';
	while (write(STDERR_FILENO, line, used) < 0 && errno == EINTR)
		;
	errno = saved_errno;
}

#define DEFINE_LOG(name, level)                                                                    \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		if (!log_enabled(level))                                                           \
			return;                                                                    \
		va_start(args, format);                                                            \
		write_line(level, format, args);                                                   \
		va_end(args);                                                                      \
	}

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warn, LOG_LEVEL_WARN)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)

void log_repeat_failure(struct log_repeat *repeat, const char *kind, const char *text)
{
	repeat->failures++;
	if (repeat->failures > 1 && !strncmp(repeat->kind, kind, sizeof(repeat->kind) - 1))
		return;
	snprintf(repeat->kind, sizeof(repeat->kind), "%s", kind);
	log_warn("%s", text);
}

void log_repeat_success(struct log_repeat *repeat, const char *what)
{
	if (repeat->failures)
		log_info("%s again, after %" PRIu64 " failures", what, repeat->failures);
	repeat->failures = 0;
	repeat->kind[0] = '\0';
}
