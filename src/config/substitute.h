/* SPDX-License-Identifier: Apache-2.0 */
/* Environment variables in values of a configuration file: OpenTelemetry configuration data model,
 * "Environment variable substitution". */
#pragma once

#include "base/arena.h"

/*
 * `text` with ${NAME}, ${env:NAME} and ${NAME:-DEFAULT} replaced and $$ made $. What is put in is
 * not looked at again. NULL with *problem for a reference that is none ("its name ..."), or NULL
 * with *problem NULL when out of memory. `lookup` answers like getenv.
 */
const char *substitute(const char *text, const char *(*lookup)(const char *name),
	struct arena *arena, const char **problem);
