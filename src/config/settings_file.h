/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration file: OpenTelemetry declarative configuration 1.1, as far as it is about metrics;
 * otelbpf's own settings stand under `distribution: otelbpf:`. docs/configuration.md.
 */
#pragma once

#include "base/buf.h"
#include "config/rows.h"
#include "config/settings_env.h"

/*
 * Set what the file says, in settings that have their defaults. env->lookup serves the references
 * in it. All mistakes are reported in one run, one per line ("FILE:LINE:COLUMN: what was found,
 * what was expected"). -EINVAL, -ENOMEM, or what reading the file said.
 */
int settings_file_load(const char *file, struct environment *env, struct settings *settings,
	struct err *err) MUST_CHECK;
/* The same from memory. */
int settings_file_parse(const char *file, const char *text, size_t length, struct environment *env,
	struct settings *settings, struct err *err) MUST_CHECK;

/* A JSON schema of such files for editors, as far as otelbpf understands them. */
void settings_schema(struct buf *out);
