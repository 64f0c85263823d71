/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One environment variable at a time, by the rules of the OpenTelemetry configuration specification
 * ("Common", "Environment Variable Specification"). Only for settings*.c.
 */
#pragma once

#include "config/settings.h"

struct environment {
	const char *(*lookup)(const char *name);
	struct arena *arena;
	settings_warning *warning; /* may be NULL */
	void *context;
	bool no_memory;
};

/* A setting that has a generic and a metrics variable, of which the latter wins. */
struct variable {
	const char *metrics; /* NULL: there is none */
	const char *generic;
};

void env_warn(struct environment *env, const char *format, ...) PRINTF_LIKE(2, 3);

/* The value without blanks around it, in the arena; NULL if unset or empty. */
char *env_get(struct environment *env, const char *name);

/* Only "true" in any case is true. */
bool env_bool(struct environment *env, const char *name);

/* Milliseconds -> *ns if set, a plain number and at least `least`. */
void env_duration(struct environment *env, struct variable variable, uint64_t least, uint64_t *ns);
/* The same, and 0 means no limit: UINT64_MAX. */
void env_timeout(struct environment *env, struct variable variable, uint64_t *ns);

struct choice {
	const char *name; /* lower case */
	int value;
	const char *warning; /* NULL: it is valid; otherwise why it is ignored */
};
/* *value if the variable is set to one of the choices, in any case; otherwise a warning that names
 * those. */
void env_choice(struct environment *env, struct variable variable, const struct choice *choices,
	size_t count, int *value);
/* One text against the choices: true if it is a valid one; warns in the name of `source` otherwise.
 */
bool choice_parse(struct environment *env, const char *source, const char *text,
	const struct choice *choices, size_t count, int *value);
/* "a, b or c" of the valid ones. */
void choice_names(const struct choice *choices, size_t count, char *text, size_t size);

/* settings_list.c: lists of KEY=VALUE. */

/* NULL if the header is fine; its value is decoded if it is percent-encoded. Values are often
 * secrets, so none is repeated. */
const char *header_problem(const char *key, char *value, bool encoded);
/* Put in, or replace what has the same name. */
void pairs_set(struct pair *pairs, size_t *count, struct pair pair,
	int (*compare)(const char *, const char *));
/* The text of a list into pairs with room for LIMIT_HEADERS and LIMIT_RESOURCE_ATTRIBUTES; `name`
 * for warnings. */
void headers_parse(
	struct environment *env, const char *name, char *list, struct pair *headers, size_t *count);
void resource_parse(
	struct environment *env, const char *name, char *list, struct pair *pairs, size_t *count);
void env_headers(
	struct environment *env, struct variable variable, struct pair **headers, size_t *count);
void env_resource(struct environment *env, const char *name, struct pair **pairs, size_t *count);

/* settings_otlp.c: the OTEL_EXPORTER_OTLP_* variables. `endpoint`: of the command line, or NULL. */
int env_otlp(struct environment *env, const char *endpoint, struct settings *settings,
	struct err *err) MUST_CHECK;
