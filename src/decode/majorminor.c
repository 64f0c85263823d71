/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device number as the kernel keeps it (dev_t, <linux/kdev_t.h>: 12 bits major, 20 bits minor) or
 * as stat() gives it (new_encode_dev of the same file: the low 8 bits of the minor lie below) ->
 * name of the block device: from its uevent file, which also names partitions and device mapper
 * devices, or from /proc/partitions where no sysfs is mounted. Nothing is kept: numbers are given
 * away again when devices come and go.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "decode/decoders.h"
#include "decode/lines.h"
#include "decode/value.h"

enum {
	MINOR_BITS = 20
};

struct state {
	struct arena arena;
	const char *path;	/* has MAJOR:MINOR/uevent */
	const char *partitions; /* as /proc/partitions */
	bool user;		/* the layout is that of user space */
};

struct device {
	unsigned int major, minor;
};

/* The rest of the line behind NAME; NULL if it begins otherwise or nothing is left. */
static char *behind(char *line, const char *name)
{
	size_t length = strlen(name);

	return strncmp(line, name, length) == 0 && line[length] ? line + length : NULL;
}

static char *uevent_name(char *line, struct device device)
{
	(void)device;
	return behind(line, "DEVNAME=");
}

static bool next_number(char **text, uint64_t *number)
{
	char *start = *text + strspn(*text, " ");
	size_t length = strcspn(start, " ");

	*text = start + length;
	if (**text)
		*(*text)++ = '\0';
	return length && str_to_u64(start, number) == 0;
}

/* "MAJOR MINOR BLOCKS NAME", behind a line of titles. */
static char *partition_name(char *line, struct device device)
{
	uint64_t major, minor, blocks;

	if (!next_number(&line, &major) || !next_number(&line, &minor) ||
		!next_number(&line, &blocks) || major != device.major || minor != device.minor)
		return NULL;
	line = str_trim(line);
	return *line ? line : NULL;
}

/* The name in the first line that has one. 1: found, 0: not there, or -ENOMEM. */
static int search(const char *path, char *(*name_in)(char *line, struct device device),
	struct device device, struct value *out, struct arena *arena, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), result = 0;
	struct lines lines;
	char *line, *name = NULL;

	if (fd < 0)
		return 0;
	lines_init(&lines, fd);
	while (!name && lines_next(&lines, &line) > 0)
		name = name_in(line, device);
	if (name)
		result = value_set_bytes(out, arena, err, name, strlen(name));
	close(fd);
	return result ? result : name != NULL;
}

static struct device device_of_kernel(uint32_t number)
{
	return (struct device){number >> MINOR_BITS, number & ((1U << MINOR_BITS) - 1)};
}

static struct device device_of_user(uint32_t number)
{
	return (struct device){number >> 8 & 0xfff, (number & 0xff) | (number >> 12 & 0xfff00)};
}

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	const struct state *state = opaque;
	struct device device;
	char path[4096];
	uint64_t number;
	int result;

	result = value_to_u64(in, &number, err);
	if (result)
		return result;
	if (number > UINT32_MAX)
		return err_set(err, -EINVAL, "found %llu, expected a device number of 32 bits",
			(unsigned long long)number);
	device = state->user ? device_of_user((uint32_t)number)
			     : device_of_kernel((uint32_t)number);
	result = snprintf(
		path, sizeof(path), "%s/%u:%u/uevent", state->path, device.major, device.minor);
	if (result > 0 && (size_t)result < sizeof(path))
		result = search(path, uevent_name, device, out, arena, err);
	else
		result = 0;
	if (!result)
		result = search(state->partitions, partition_name, device, out, arena, err);
	if (result)
		return result < 0 ? result : 0;
	return value_set_text(out, arena, err, "unknown:%u:%u", device.major, device.minor);
}

static void fini(void *opaque)
{
	struct state *state = opaque;

	arena_fini(&state->arena);
	free(state);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"layout", "path", "partitions", NULL};
	const char *layout = argument_get(arguments, count, "layout");
	const char *path = argument_get(arguments, count, "path");
	const char *partitions = argument_get(arguments, count, "partitions");
	struct state *state;
	int code;

	code = arguments_check(arguments, count, known, "majorminor", err);
	if (code)
		return code;
	if (layout && strcmp(layout, "kernel") != 0 && strcmp(layout, "user") != 0)
		return err_set(err, -EINVAL,
			"found the layout '%.60s', expected 'kernel' or 'user'", layout);
	state = calloc(1, sizeof(*state));
	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	state->user = layout && strcmp(layout, "user") == 0;
	state->path = arena_strdup(&state->arena, path ? path : "/sys/dev/block");
	state->partitions = arena_strdup(
		&state->arena, partitions ? partitions : "/proc/partitions");
	if (!state->path || !state->partitions) {
		fini(state);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*result = state;
	return 0;
}

const struct decoder decoder_majorminor = {
	.name = "majorminor",
	.lengths = DECODE_INTEGERS,
	.help = "block device number (dev_t; 'layout: user': as of stat()) to its name; "
		"'unknown:MAJOR:MINOR' for others",
	.volatile_names = true,
	.init = init,
	.fini = fini,
	.decode = decode,
};
