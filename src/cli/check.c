/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/output.h"
#include "app/pack.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/commands.h"
#include "config/schema.h"
#include "decode/decode.h"
#include "probe/probe.h"

static void tell_note(const char *pack, const char *text)
{
	log_warn("pack %s: %s", pack, text);
}

static bool check_pack(const struct pack_request *request)
{
	struct pack pack = {0};
	struct err err = {0};
	bool good;

	good = !pack_open(&pack, request, &err);
	if (good)
		pack_each_note(&pack, tell_note);
	if (good)
		printf("%s: good, %zu metrics\n", pack.name, pack.definition.metric_count);
	else
		log_error_lines(err.text);
	pack_fini(&pack);
	return good;
}

/* A directory stands for all packs in it. */
static bool check_directory(const char *directory, struct arena *arena)
{
	const char *const *paths;
	struct err err = {0};
	bool good = true;
	size_t count;

	if (pack_paths(directory, &paths, &count, arena, &err)) {
		log_error("%s", err.text);
		return false;
	}
	if (!count) {
		log_error("%s: no packs there (NAME.yaml, NAME.bpf.o, NAME/NAME.yaml or "
			  "NAME/NAME.bpf.o)",
			directory);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		good &= check_pack(&(struct pack_request){.name = paths[i]});
	return good;
}

static bool is_directory(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

/* What editors check while somebody writes. */
static int write_schema(void)
{
	const char *names[LIMIT_DECODERS + 1] = {NULL};
	struct err err = {0};
	struct buf out;
	int result = -EOVERFLOW;

	for (size_t i = 0; decoder_all()[i] && i < LIMIT_DECODERS; i++)
		names[i] = decoder_all()[i]->name;
	buf_init(&out, LIMIT_SCHEMA_BYTES);
	definition_schema(names, &out);
	if (out.failed)
		err_set(&err, result, "out of memory");
	else
		result = output_write(out.data, out.length, &err);
	buf_fini(&out);
	if (result)
		log_error("%s", err.text);
	return result ? EXIT_FAILED : EXIT_FINE;
}

static int check(const struct cli *cli)
{
	struct arena arena = {0};
	struct err err = {0};
	const char *directory;
	bool good;

	if (cli->schema)
		return write_schema();
	directory = pack_directory(cli->pack_dir, &arena, &err);
	good = directory != NULL;
	if (!directory)
		log_error("%s", err.text);
	else if (!cli->pack_count)
		good = check_directory(directory, &arena);
	for (size_t i = 0; directory && i < cli->pack_count; i++) {
		struct pack_request request = cli->packs[i];

		/* A pack's own name goes first: a directory of that name may lie around. */
		request.directory = directory;
		if (strchr(request.name, '/') && is_directory(request.name))
			good &= check_directory(request.name, &arena);
		else
			good &= check_pack(&request);
	}
	arena_fini(&arena);
	return good ? EXIT_FINE : EXIT_USAGE;
}

const struct command command_check = {
	.name = "check",
	.arguments = "[--schema] [PACK|DIRECTORY]...",
	.help = "check definitions against their objects; loads nothing, needs no root",
	.run = check,
};
