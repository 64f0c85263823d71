/* SPDX-License-Identifier: Apache-2.0 */
/* An environment of "NAME=VALUE" texts, and the warnings that it led to, one per line. */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "config/settings.h"

enum {
	FAKE_VARIABLES = 16
};

static const char *fake_variables[FAKE_VARIABLES];
static char fake_warnings[8192];

static inline const char *fake_lookup(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < FAKE_VARIABLES && fake_variables[i]; i++)
		if (strncmp(fake_variables[i], name, length) == 0 &&
			fake_variables[i][length] == '=')
			return fake_variables[i] + length + 1;
	return NULL;
}

static inline void fake_warning(void *context, const char *text)
{
	size_t used = strlen(fake_warnings);

	(void)context;
	snprintf(fake_warnings + used, sizeof(fake_warnings) - used, "%s\n", text);
}

static inline size_t fake_warning_count(void)
{
	size_t count = 0;

	for (const char *c = fake_warnings; *c; c++)
		count += *c == '\n';
	return count;
}

/* Load with these variables (NULL at the end). */
static inline int fake_load(struct settings *settings, const struct overrides *overrides,
	struct arena *arena, struct err *err, const char *const *variables)
{
	const struct settings_sources sources = {
		.lookup = fake_lookup,
		.overrides = overrides,
		.warning = fake_warning,
	};
	size_t n = 0;

	memset(fake_variables, 0, sizeof(fake_variables));
	while (variables && variables[n] && n < FAKE_VARIABLES) {
		fake_variables[n] = variables[n];
		n++;
	}
	fake_warnings[0] = '\0';
	err->text[0] = '\0';
	return settings_load(settings, &sources, arena, err);
}
