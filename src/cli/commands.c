/* SPDX-License-Identifier: Apache-2.0 */
/* run and once. */
#include "cli/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/log.h"
#include "probe/probe.h"

void log_error_lines(const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')); text = end + 1)
		log_error("%.*s", (int)(end - text), text);
	log_error("%s", text);
}

static void warn(void *context, const char *text)
{
	(void)context;
	log_warn("%s", text);
}

/* libbpf tells of failures that we report ourselves, in our own words. */
static void log_libbpf(enum probe_log_level level, const char *text)
{
	(void)level;
	log_debug("%s", text);
}

static const char *environment(const char *name)
{
	return getenv(name);
}

int load_settings(struct settings *settings, const struct cli *cli, struct arena *arena)
{
	const struct settings_sources sources = {
		.lookup = environment,
		.overrides = &cli->overrides,
		.warning = warn,
	};
	struct err err = {0};

	if (settings_load(settings, &sources, arena, &err)) {
		log_error_lines(err.text);
		return EXIT_USAGE;
	}
	log_set_level((enum log_level)settings->log_level);
	return 0;
}

/* What only a configuration file says; packs that the command line names stand for all. */
static int take_settings(
	struct app_options *options, const struct settings *settings, struct arena *arena)
{
	struct pack_request *packs;

	options->strict |= settings->strict;
	if (!options->pack_dir)
		options->pack_dir = settings->pack_dir;
	if (options->pack_count || !settings->pack_count)
		return 0;
	packs = arena_alloc(arena, settings->pack_count * sizeof(*packs));
	if (!packs)
		return -ENOMEM;
	for (size_t i = 0; i < settings->pack_count; i++)
		packs[i] = (struct pack_request){.name = settings->packs[i]};
	options->packs = packs;
	options->pack_count = settings->pack_count;
	return 0;
}

static int with_app(const struct cli *cli,
	int (*work)(const struct app_options *, const struct cli *, struct err *))
{
	struct settings settings;
	struct app_options options = {
		.settings = &settings,
		.packs = cli->packs,
		.pack_count = cli->pack_count,
		.pack_dir = cli->pack_dir,
		.strict = cli->strict,
		.pin_dir = cli->pin_dir,
	};
	struct arena arena = {0};
	struct err err = {0};
	int result;

	result = load_settings(&settings, cli, &arena);
	if (!result && take_settings(&options, &settings, &arena)) {
		log_error("out of memory");
		result = EXIT_FAILED;
	}
	if (!result) {
		probe_set_log(log_libbpf);
		/* A terminal that goes away is a failed write, not a death without a last export.
		 */
		signal(SIGPIPE, SIG_IGN);
		result = EXIT_FINE;
		if (work(&options, cli, &err)) {
			log_error_lines(err.text);
			result = EXIT_FAILED;
		}
	}
	arena_fini(&arena);
	return result;
}

static int work_run(const struct app_options *options, const struct cli *cli, struct err *err)
{
	(void)cli;
	return app_run(options, err);
}

static int run(const struct cli *cli)
{
	return with_app(cli, work_run);
}

const struct command command_run = {
	.name = "run",
	.arguments = "[OPTION]... [PACK]...",
	.help = "count, and export every interval until SIGTERM; `run` may be left out",
	.run = run,
};

static int work_once(const struct app_options *options, const struct cli *cli, struct err *err)
{
	return app_once(options, cli->duration_ns, cli->json, err);
}

static int once(const struct cli *cli)
{
	if (cli->pin_dir) {
		log_error("--pin %s: `once` leaves nothing in the kernel; --pin is for `run`",
			cli->pin_dir);
		return EXIT_USAGE;
	}
	return with_app(cli, work_once);
}

const struct command command_once = {
	.name = "once",
	.arguments = "[--for TIME] [--json] [PACK]...",
	.help = "count for a while, write one collection to standard output",
	.run = once,
};
