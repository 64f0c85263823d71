/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An address in a process -> the function there, by the symbols of the file that is mapped. What a
 * program was called when it ran is gone when it has ended: keys are decoded when they are first
 * met.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "decode/decoders.h"
#include "decode/elf_functions.h"
#include "decode/process_map.h"
#include "decode/value.h"

/* A file is the same if nobody has written to it since. */
struct identity {
	uint64_t device, inode, size;
	struct timespec changed;
};

struct file {
	struct identity identity;
	struct elf_functions *functions; /* NULL: it has none that can be read */
	uint64_t used;			 /* the larger, the later */
};

struct state {
	char *proc;
	struct file files[LIMIT_FUNCTION_FILES];
	size_t count;
	uint64_t uses;
	struct process_map map; /* of `pid`, while one batch is decoded */
	uint32_t pid;		/* 0: none */
};

/* { u32 pid; u64 address } without and with the 4 bytes between them, or two u64. */
static int get_place(const struct value *in, uint32_t *pid, uint64_t *address, struct err *err)
{
	const unsigned char *bytes = in->bytes;
	uint64_t first;

	if (in->type != VALUE_BYTES || (in->length != 12 && in->length != 16))
		return err_set(err, -EINVAL,
			"found %s, expected 12 or 16 bytes: a PID (u32, or u64) and behind it an "
			"address (u64)",
			in->type == VALUE_BYTES	   ? "too few or too many bytes"
			: in->type == VALUE_STRING ? "text"
						   : "a number");
	memcpy(address, bytes + in->length - sizeof(*address), sizeof(*address));
	memcpy(pid, bytes, sizeof(*pid));
	if (in->length == 12)
		return 0;
	/* What bpf_get_current_pid_tgid() gives will do: of its halves, a thread and its process,
	 * the process lasts longer. A PID alone has nothing above.
	 */
	memcpy(&first, bytes, sizeof(first));
	*pid = first >> 32 ? (uint32_t)(first >> 32) : (uint32_t)first;
	return 0;
}

static void forget(struct state *state, size_t i)
{
	elf_functions_free(state->files[i].functions);
	state->files[i] = state->files[--state->count];
}

static void make_room(struct state *state, size_t bytes)
{
	while (state->count) {
		size_t oldest = 0, all = bytes;

		for (size_t i = 0; i < state->count; i++) {
			if (state->files[i].functions)
				all += elf_functions_bytes(state->files[i].functions);
			if (state->files[i].used < state->files[oldest].used)
				oldest = i;
		}
		if (state->count < LIMIT_FUNCTION_FILES && all <= LIMIT_FUNCTION_BYTES)
			return;
		forget(state, oldest);
	}
}

static struct file *find_file(struct state *state, const struct identity *identity)
{
	for (size_t i = 0; i < state->count; i++)
		if (memcmp(&state->files[i].identity, identity, sizeof(*identity)) == 0)
			return &state->files[i];
	return NULL;
}

/* The functions of the file behind `fd`, which is taken. Owned by the state, until the next call.
 */
static const struct elf_functions *functions_of(struct state *state, int fd)
{
	struct elf_functions *functions = NULL;
	struct identity identity = {0};
	struct stat status;
	struct file *file;

	if (fstat(fd, &status) == 0)
		identity = (struct identity){(uint64_t)status.st_dev, (uint64_t)status.st_ino,
			(uint64_t)status.st_size, status.st_ctim};
	file = find_file(state, &identity);
	if (file) {
		close(fd);
	} else {
		if (elf_functions_new(&functions, fd))
			functions = NULL;
		make_room(state, functions ? elf_functions_bytes(functions) : 0);
		file = &state->files[state->count++];
		*file = (struct file){.identity = identity, .functions = functions};
	}
	file->used = ++state->uses;
	return file->functions;
}

/* Into state->map; most values of a batch are of few processes, and near each other. */
static int find_map(struct state *state, uint32_t pid, uint64_t address)
{
	int result;

	if (pid && pid == state->pid && address >= state->map.begin && address < state->map.end)
		return 0;
	state->pid = 0;
	result = process_map_find(state->proc, pid, address, &state->map);
	if (!result)
		state->pid = pid;
	return result;
}

/* The name's last part, as in a stack that gdb shows. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	const struct elf_functions *functions = NULL;
	struct state *state = opaque;
	char name[LIMIT_ATTRIBUTE_STRING];
	uint64_t address, offset;
	uint32_t pid;
	int result, fd;

	result = get_place(in, &pid, &address, err);
	if (result)
		return result;
	if (find_map(state, pid, address) || !state->map.path[0])
		return value_set_text(out, arena, err, "unknown_addr:0x%" PRIx64, address);
	offset = address - state->map.begin + state->map.offset;
	fd = process_map_open(state->proc, pid, &state->map);
	if (fd >= 0)
		functions = functions_of(state, fd);
	if (functions && !elf_functions_address(functions, offset, &offset) &&
		!elf_functions_name(functions, offset, name, sizeof(name)))
		return value_set_bytes(out, arena, err, name, strlen(name));
	return value_set_text(out, arena, err, "%s+0x%" PRIx64, base_name(state->map.path), offset);
}

/* What is known of a process is old by the next batch: its PID may be another's. */
static void prepare(void *opaque, const struct value *values, size_t count)
{
	struct state *state = opaque;

	(void)values;
	(void)count;
	state->pid = 0;
}

static void fini(void *opaque)
{
	struct state *state = opaque;

	while (state->count)
		forget(state, 0);
	free(state->proc);
	free(state);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"path", NULL};
	const char *path = argument_get(arguments, count, "path");
	int code = arguments_check(arguments, count, known, "usym", err);
	struct state *state;

	if (code)
		return code;
	state = calloc(1, sizeof(*state));
	if (state)
		state->proc = strdup(path ? path : "/proc");
	if (!state || !state->proc) {
		free(state);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*result = state;
	return 0;
}

const struct decoder decoder_usym = {
	.name = "usym",
	.types = 1 << VALUE_BYTES,
	.lengths = 1 << 12 | 1 << 16,
	.help = "PID and address (u64[2]) to the name of the function in that process; 'FILE+0xN' "
		"where the file has no symbol there, 'unknown_addr:0xN' for what has gone",
	.init = init,
	.fini = fini,
	.prepare = prepare,
	.decode = decode,
};
