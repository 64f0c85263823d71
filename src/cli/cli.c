/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/version.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "base/nearest.h"
#include "config/duration.h"
#include "probe/probe.h"

static const struct command *const commands[] = {
	&command_run,
	&command_once,
	&command_check,
	&command_list,
	&command_features,
	&command_unpin,
};

enum {
	HELP = 'h',
	VERSION = 'V',
	FIRST_LONG = 256
};

static bool set_config(struct cli *cli, const char *text)
{
	cli->overrides.config = text;
	return *text;
}

static bool set_endpoint(struct cli *cli, const char *text)
{
	cli->overrides.otlp_endpoint = text;
	return *text;
}

static bool set_exporter(struct cli *cli, const char *text)
{
	cli->overrides.exporter = text;
	return *text;
}

static bool set_interval(struct cli *cli, const char *text)
{
	uint64_t nanoseconds;

	if (duration_parse(text, &nanoseconds))
		return false;
	cli->overrides.interval_ms = nanoseconds / NSEC_PER_MSEC;
	return cli->overrides.interval_ms && cli->overrides.interval_ms <= INT32_MAX;
}

static bool set_duration(struct cli *cli, const char *text)
{
	return !duration_parse(text, &cli->duration_ns) && cli->duration_ns;
}

static bool set_log_level(struct cli *cli, const char *text)
{
	cli->overrides.log_level = text;
	return *text;
}

static bool set_pack_dir(struct cli *cli, const char *text)
{
	cli->pack_dir = text;
	return *text;
}

static bool set_pin(struct cli *cli, const char *text)
{
	cli->pin_dir = text;
	return *text;
}

static bool set_strict(struct cli *cli, const char *text)
{
	(void)text;
	cli->strict = true;
	return true;
}

static bool set_json(struct cli *cli, const char *text)
{
	(void)text;
	cli->json = true;
	return true;
}

static bool set_schema(struct cli *cli, const char *text)
{
	(void)text;
	cli->schema = true;
	return true;
}

static bool set_config_schema(struct cli *cli, const char *text)
{
	(void)text;
	cli->config_schema = true;
	return true;
}

static bool set_from_ebpf_exporter(struct cli *cli, const char *text)
{
	cli->packs[cli->pack_count++] = (struct pack_request){.name = text, .ebpf_exporter = true};
	return *text;
}

static bool set_ebpf_exporter_prefix(struct cli *cli, const char *text)
{
	(void)text;
	cli->ebpf_exporter_prefix = true;
	return true;
}

static const struct row {
	const char *name;
	const char *argument; /* NULL: none */
	const char *help;
	bool (*set)(struct cli *cli, const char *text); /* false: not a valid argument */
} rows[] = {
	{"config", "FILE", "OpenTelemetry configuration file, as OTEL_CONFIG_FILE", set_config},
	{"otlp-endpoint", "URL",
		"base URL of the receiver, as OTEL_EXPORTER_OTLP_ENDPOINT\n"
		"(default http://localhost:4318)",
		set_endpoint},
	{"exporter", "NAME", "otlp, console or none, as OTEL_METRICS_EXPORTER", set_exporter},
	{"interval", "TIME",
		"from one collection to the next, for example 10s or 500ms\n"
		"(default 60s, console 10s)",
		set_interval},
	{"for", "TIME", "once: how long to count before the collection (default 1s)", set_duration},
	{"json", NULL, "once: write OTLP/JSON", set_json},
	{"schema", NULL, "check: write a JSON schema of definitions, for editors", set_schema},
	{"config-schema", NULL, "check: write one of configuration files", set_config_schema},
	{"pack-dir", "DIR", "where packs are looked for by name", set_pack_dir},
	{"pin", "DIR",
		"run: go on counting without a process, in this folder on bpffs, and\n"
		"begin where the last one ended; list: look there",
		set_pin},
	{"from-ebpf-exporter", "FILE",
		"a pack in the format of ebpf_exporter, without looking at its shape",
		set_from_ebpf_exporter},
	{"ebpf-exporter-prefix", NULL,
		"metrics of such packs are called ebpf_exporter_NAME, as there",
		set_ebpf_exporter_prefix},
	{"strict", NULL, "a pack that fails is fatal; without this the others go on", set_strict},
	{"log-level", "LEVEL", "none, error, warn, info or debug, as OTEL_LOG_LEVEL",
		set_log_level},
};

static void print_help(void)
{
	printf("otelbpf " OTELBPF_VERSION ": kernel metrics, counted by BPF programs, as "
	       "OpenTelemetry metrics over OTLP\n\n"
	       "usage:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  otelbpf %s%s%s\n      %s\n", commands[i]->name,
			*commands[i]->arguments ? " " : "", commands[i]->arguments,
			commands[i]->help);
	printf("\nA PACK is a set of BPF programs and the metrics made of them: its name, or the "
	       "path "
	       "of its .yaml or .bpf.o file.\nPACK@HOOK,HOOK... attaches it elsewhere: "
	       "xdp_incoming_packets@xdp/eth0\n\noptions:\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *help = rows[i].help, *end;
		char left[64];

		snprintf(left, sizeof(left), "--%s %s", rows[i].name,
			rows[i].argument ? rows[i].argument : "");
		for (; (end = strchr(help, '\n')); help = end + 1, left[0] = '\0')
			printf("  %-26s %.*s\n", left, (int)(end - help), help);
		printf("  %-26s %s\n", left, help);
	}
	printf("  %-26s %s\n  %-26s %s\n", "--help", "this text", "--version",
		"versions: of otelbpf, OTLP, the conventions");
	printf("\nenvironment: OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, _TIMEOUT, _COMPRESSION and "
	       "their\n"
	       "METRICS_ forms, OTEL_METRIC_EXPORT_INTERVAL, OTEL_METRIC_EXPORT_TIMEOUT,\n"
	       "OTEL_METRICS_EXPORTER, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES,\n"
	       "OTEL_SDK_DISABLED, OTEL_LOG_LEVEL, OTEL_CONFIG_FILE,\n"
	       "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE, all as OpenTelemetry specifies "
	       "them.\n"
	       "Exit codes: 0 fine, 1 failed while running, 2 wrong usage or configuration.\n"
	       "More in otelbpf(8).\n");
}

static void print_version(void)
{
	printf("otelbpf " OTELBPF_VERSION "\n"
	       "OTLP 1.11 (http/protobuf), OpenTelemetry semantic conventions 1.44\n"
	       "Licence Apache-2.0; BPF programs GPL-2.0-only OR BSD-2-Clause\n");
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

static int unknown_option(const char *text)
{
	struct nearest nearest;
	char name[64];

	/* getopt_long knows it, but not with '='. */
	if (!strncmp(text, "--", 2) && optopt) {
		log_error("option %.*s takes no argument", (int)strcspn(text, "="), text);
		return EXIT_USAGE;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text + 2, "="), text + 2);
	nearest_init(&nearest, name);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		nearest_offer(&nearest, rows[i].name);
	log_error("there is no option %s%s%s%s `otelbpf --help` lists them", text,
		nearest.name ? "; did you mean --" : ";", nearest.name ? nearest.name : "",
		nearest.name ? "?" : "");
	return EXIT_USAGE;
}

static void make_long_options(struct option *options)
{
	size_t n = 0;

	for (; n < ARRAY_SIZE(rows); n++)
		options[n] = (struct option){
			.name = rows[n].name,
			.has_arg = rows[n].argument ? required_argument : no_argument,
			.val = FIRST_LONG + (int)n,
		};
	options[n++] = (struct option){.name = "help", .val = HELP};
	options[n++] = (struct option){.name = "version", .val = VERSION};
	options[n] = (struct option){0};
}

/* -1: go on; otherwise an exit code. */
static int parse_options(struct cli *cli, int argc, char **argv)
{
	struct option options[ARRAY_SIZE(rows) + 3];
	int option;

	make_long_options(options);
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hV", options, NULL)) != -1) {
		const struct row *row;

		switch (option) {
		case HELP:
			print_help();
			return EXIT_FINE;
		case VERSION:
			print_version();
			return EXIT_FINE;
		case '?':
			return unknown_option(argv[optind - 1]);
		case ':':
			log_error("option %s needs an argument", argv[optind - 1]);
			return EXIT_USAGE;
		}
		row = &rows[option - FIRST_LONG];
		if (!row->set(cli, optarg)) {
			log_error("--%s: found '%s', expected %s; `otelbpf --help` says more",
				row->name, optarg,
				strcmp(row->argument, "TIME") != 0
					? row->argument
					: "a TIME above 0 such as 500ms, 10s or 1m");
			return EXIT_USAGE;
		}
	}
	return -1;
}

/* PACK, or PACK@HOOK,HOOK... */
static struct pack_request request_of(char *text)
{
	struct pack_request request = {.name = text};

	for (char *at = strchr(text, '@'); at && !request.hooks; at = strchr(at + 1, '@'))
		if (at > text && probe_hook_is_known(at + 1)) {
			*at = '\0';
			request.hooks = at + 1;
		}
	return request;
}

/* `otelbpf lst` asks for a pack. */
static void advise_command(const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		nearest_offer(&nearest, commands[i]->name);
	if (nearest.name && strcmp(nearest.name, name) != 0)
		log_error("`%s` is no subcommand either; did you mean `otelbpf %s`?", name,
			nearest.name);
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *command = NULL;
	/* getopt_long moves what is no option to the end. */
	int result = parse_options(cli, argc, argv);

	if (result >= 0)
		return result;
	if (optind < argc)
		command = find_command(argv[optind]);
	optind += command != NULL;
	for (; optind < argc; optind++)
		cli->packs[cli->pack_count++] = request_of(argv[optind]);
	for (size_t i = 0; i < cli->pack_count; i++)
		cli->packs[i].ebpf_exporter_prefix = cli->ebpf_exporter_prefix;
	result = (command ? command : &command_run)->run(cli);
	if (result && !command && cli->pack_count == 1)
		advise_command(cli->packs[0].name);
	return result;
}

int cli_main(int argc, char **argv)
{
	struct cli cli = {
		.duration_ns = NSEC_PER_SEC,
		.packs = calloc((size_t)argc + 1, sizeof(*cli.packs)),
	};
	int result = EXIT_FAILED;

	if (cli.packs)
		result = run(&cli, argc, argv);
	free(cli.packs);
	return result;
}
