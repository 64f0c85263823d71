/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "probe/probe.h"

/* libbpf has one print function per process and gives it no context. */
static struct {
	probe_log_callback *callback;
	char warning[512];
	char program[128];
} messages;

/* "prog 'NAME': ..." */
static void keep_program(const char *line)
{
	static const char prefix[] = "prog '";
	const char *name = line + sizeof(prefix) - 1, *end;

	if (strncmp(line, prefix, sizeof(prefix) - 1))
		return;
	end = strchr(name, '\'');
	if (end && (size_t)(end - name) < sizeof(messages.program))
		snprintf(messages.program, sizeof(messages.program), "%.*s", (int)(end - name),
			name);
}

static void take_line(enum probe_log_level level, char *line, bool first)
{
	static const char prefix[] = "libbpf: ";

	if (!strncmp(line, prefix, sizeof(prefix) - 1))
		line += sizeof(prefix) - 1;
	if (!*line)
		return;
	if (level == PROBE_LOG_INFO && first) {
		snprintf(messages.warning, sizeof(messages.warning), "%.511s", line);
		keep_program(line);
	}
	if (messages.callback)
		messages.callback(level, line);
}

static PRINTF_LIKE(2, 0) int print(
	enum libbpf_print_level libbpf_level, const char *format, va_list args)
{
	enum probe_log_level level = libbpf_level == LIBBPF_WARN ? PROBE_LOG_INFO : PROBE_LOG_DEBUG;
	char text[1024], *line = text, *end;

	if (level == PROBE_LOG_DEBUG && !messages.callback)
		return 0;
	vsnprintf(text, sizeof(text), format, args);
	for (bool first = true; line; line = end, first = false) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		/* Verifier logs come as one message of many lines. */
		take_line(first ? level : PROBE_LOG_DEBUG, line, first);
	}
	return 0;
}

void probe_set_log(probe_log_callback *callback)
{
	messages.callback = callback;
	libbpf_set_print(print);
}

void probe_log_begin(void)
{
	messages.warning[0] = '\0';
	messages.program[0] = '\0';
	libbpf_set_print(print);
}

const char *probe_log_warning(void)
{
	return messages.warning;
}

const char *probe_log_program(void)
{
	return messages.program;
}
