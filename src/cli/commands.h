/* SPDX-License-Identifier: Apache-2.0 */
/* What subcommands share. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "cli/cli.h"
#include "config/settings.h"

/* Log a text that may have several lines as several events. */
void log_error_lines(const char *text);

/* The settings from environment and command line, with the log level set and warnings logged. 0, or
 * an exit code. */
int load_settings(struct settings *settings, const struct cli *cli, struct arena *arena);
