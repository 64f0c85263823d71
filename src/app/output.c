/* SPDX-License-Identifier: Apache-2.0 */
#include "app/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "otlp/console.h"
#include "otlp/json.h"

enum {
	CONSOLE_SERIES = 20, /* per metric; who wants all of them asks for --json */
	OUTPUT_LIMIT = 1 << 30,
};

int output_write(const void *text, size_t length, struct err *err)
{
	const char *at = text;

	while (length) {
		ssize_t n = write(STDOUT_FILENO, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, -errno, "cannot write to standard output: %s",
				strerror(errno));
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

static int write_snapshot(const struct snapshot *snapshot, bool json, struct err *err)
{
	/* https://no-color.org */
	bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	struct buf buf;
	int result;

	buf_init(&buf, OUTPUT_LIMIT);
	if (json)
		result = json_write(&buf, snapshot);
	else
		result = console_write(&buf, snapshot, colour, CONSOLE_SERIES);
	if (result || buf.failed)
		result = err_set(err, -ENOMEM, "out of memory");
	else
		result = output_write(buf.data, buf.length, err);
	buf_fini(&buf);
	return result;
}

void output_console(const struct snapshot *snapshot)
{
	static struct log_repeat failures;
	struct err err = {0};

	if (write_snapshot(snapshot, false, &err))
		log_repeat_failure(&failures, "write", err.text);
}

int output_once(const struct snapshot *snapshot, bool json, struct err *err)
{
	return write_snapshot(snapshot, json, err);
}
