/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task's name: the bytes that bpf_get_current_comm() gives, or the name that /proc has for a PID
 * when its key is met first.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/decoders.h"
#include "decode/value.h"

enum {
	TASK_COMM_LEN = 16, /* <linux/sched.h>, with its NUL */
	PROC_COMM = 64,	    /* kernel threads show more there: kernel commit d6986ce24fc0 */
};

static int from_text(
	const struct value *in, struct value *out, struct arena *arena, struct err *err)
{
	size_t length = strnlen(in->string, in->length);

	if (length >= TASK_COMM_LEN)
		return err_set(err, -EINVAL,
			"found %zu bytes of text, expected the name of a task: at most %d", length,
			TASK_COMM_LEN - 1);
	return value_set_bytes(out, arena, err, in->string, length);
}

/* Bytes read, or a negative errno. */
static ssize_t read_comm(const char *folder, uint64_t pid, char *text, size_t size)
{
	char path[4096];
	ssize_t n;
	int fd;

	n = snprintf(path, sizeof(path), "%s/%" PRIu64 "/comm", folder, pid);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	n = read(fd, text, size);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

static int decode(void *folder, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	char text[PROC_COMM];
	uint64_t pid;
	ssize_t n;
	int result;

	if (in->type == VALUE_BYTES || in->type == VALUE_STRING)
		return from_text(in, out, arena, err);
	result = value_to_index(in, &pid, err);
	if (result)
		return result;
	n = read_comm(folder, pid, text, sizeof(text));
	if (n <= 0)
		return value_set_unknown(out, in, arena, err);
	/* A name may hold any byte but NUL, line breaks too: only the last one is the file's. */
	n -= text[n - 1] == '\n';
	return value_set_bytes(out, arena, err, text, (size_t)n);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"path", NULL};
	const char *path = argument_get(arguments, count, "path");
	int code = arguments_check(arguments, count, known, "comm", err);

	if (code)
		return code;
	*result = strdup(path ? path : "/proc");
	return *result ? 0 : err_set(err, -ENOMEM, "out of memory");
}

const struct decoder decoder_comm = {
	.name = "comm",
	.help = "name of a task: its bytes up to the first NUL, or of the PID that is a number; "
		"'unknown:PID' for those that have gone",
	.init = init,
	.fini = free,
	.decode = decode,
};
