/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/output.h"
#include "app/pack.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/commands.h"
#include "config/schema.h"
#include "config/settings_file.h"
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
		printf("%s: good, %zu metric%s\n", pack.name, pack.definition.metric_count,
			pack.definition.metric_count == 1 ? "" : "s");
	else
		log_error_lines(err.text);
	pack_fini(&pack);
	return good;
}

/* A directory stands for all packs in it. */
static bool check_directory(
	const char *directory, const struct pack_request *common, struct arena *arena)
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
	for (size_t i = 0; i < count; i++) {
		struct pack_request request = *common;

		request.name = paths[i];
		request.directory = NULL;
		good &= check_pack(&request);
	}
	return good;
}

static bool is_directory(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

/* What editors check while somebody writes. */
static int write_schema(bool of_config)
{
	const char *names[LIMIT_DECODERS + 1] = {NULL};
	struct err err = {0};
	struct buf out;
	int result = -EOVERFLOW;

	for (size_t i = 0; decoder_all()[i] && i < LIMIT_DECODERS; i++)
		names[i] = decoder_all()[i]->name;
	buf_init(&out, LIMIT_SCHEMA_BYTES);
	if (of_config)
		settings_schema(&out);
	else
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

/* A configuration file is checked too, and what its views make of the packs. */
static int find_settings(struct settings *settings, const struct cli *cli, struct arena *arena)
{
	*settings = (struct settings){.strict = false};
	if (!cli->overrides.config && !getenv("OTEL_CONFIG_FILE"))
		return 0;
	return load_settings(settings, cli, arena);
}

/* A pack's own name goes first: a directory of that name may lie around. */
static bool check_named(const struct pack_request *request, struct arena *arena)
{
	if (strchr(request->name, '/') && is_directory(request->name))
		return check_directory(request->name, request, arena);
	return check_pack(request);
}

static bool check_all(const struct cli *cli, const struct settings *settings, struct arena *arena)
{
	const char *chosen = cli->pack_dir ? cli->pack_dir : settings->pack_dir;
	struct pack_request common = {
		.views = &settings->views,
		.ebpf_exporter_prefix = settings->ebpf_exporter_prefix,
	};
	struct err err = {0};
	bool good = true;

	common.directory = pack_directory(chosen, arena, &err);
	if (!common.directory) {
		log_error("%s", err.text);
		return false;
	}
	if (!cli->pack_count && !settings->pack_count)
		return check_directory(common.directory, &common, arena);
	for (size_t i = 0; i < cli->pack_count; i++) {
		struct pack_request request = cli->packs[i];

		request.directory = common.directory;
		request.views = common.views;
		request.ebpf_exporter_prefix |= common.ebpf_exporter_prefix;
		good &= check_named(&request, arena);
	}
	for (size_t i = 0; !cli->pack_count && i < settings->pack_count; i++) {
		struct pack_request request = common;

		request.name = settings->packs[i];
		good &= check_named(&request, arena);
	}
	return good;
}

static int check(const struct cli *cli)
{
	struct settings settings;
	struct arena arena = {0};
	int result;

	if (cli->schema || cli->config_schema)
		return write_schema(cli->config_schema);
	result = find_settings(&settings, cli, &arena);
	if (!result && !check_all(cli, &settings, &arena))
		result = EXIT_USAGE;
	arena_fini(&arena);
	return result;
}

const struct command command_check = {
	.name = "check",
	.arguments = "[--schema|--config-schema] [PACK|DIRECTORY]...",
	.help = "check definitions against their objects; loads nothing, needs no root",
	.run = check,
};
