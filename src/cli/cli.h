/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: subcommands and options are rows of tables, from which help is written too. */
#pragma once

#include "app/find.h"
#include "config/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	EXIT_FINE = 0,
	EXIT_FAILED = 1, /* while running */
	EXIT_USAGE = 2,	 /* wrong usage or configuration */
};

struct cli {
	struct overrides overrides;
	const char *pack_dir;
	const char *pin_dir; /* NULL: nothing is pinned */
	bool strict;
	bool json;
	bool schema, config_schema;
	uint64_t duration_ns;
	bool ebpf_exporter_prefix;
	struct pack_request *packs; /* --from-ebpf-exporter, then what follows the options */
	size_t pack_count;
};

struct command {
	const char *name;
	const char *arguments;
	const char *help;
	int (*run)(const struct cli *cli); /* returns an exit code */
};

extern const struct command command_run;
extern const struct command command_once;
extern const struct command command_check;
extern const struct command command_list;
extern const struct command command_features;
extern const struct command command_unpin;

/* Where list and unpin look if no folder is named. */
#define DEFAULT_PIN_DIR "/sys/fs/bpf/otelbpf"

int cli_main(int argc, char **argv);
