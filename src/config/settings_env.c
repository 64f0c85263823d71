/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings_env.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/str.h"

void env_warn(struct environment *env, const char *format, ...)
{
	char text[512];
	va_list args;

	if (!env->warning)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	env->warning(env->context, text);
}

char *env_get(struct environment *env, const char *name)
{
	static const char blanks[] = " \t\r\n";
	const char *text = env->lookup(name);
	size_t length;
	char *copy;

	if (!text)
		return NULL;
	text += strspn(text, blanks);
	length = strlen(text);
	while (length && strchr(blanks, text[length - 1]))
		length--;
	if (!length)
		return NULL;
	copy = arena_strndup(env->arena, text, length);
	if (!copy)
		env->no_memory = true;
	return copy;
}

bool env_bool(struct environment *env, const char *name)
{
	const char *text = env_get(env, name);

	if (!text || strcasecmp(text, "false") == 0)
		return false;
	if (strcasecmp(text, "true") == 0)
		return true;
	env_warn(env, "%s: found '%.100s', expected true or false; taken as false", name, text);
	return false;
}

/* A variable that cannot be parsed counts as not set: the generic one is then asked. */
static bool milliseconds(
	struct environment *env, const char *name, uint64_t least, uint64_t *result)
{
	const char *text = name ? env_get(env, name) : NULL;
	uint64_t value;

	if (!text)
		return false;
	/* str_to_u64() takes hexadecimal too, which the specification does not know. */
	if (!text[strspn(text, "0123456789")] && str_to_u64(text, &value) == 0 && value >= least &&
		value <= INT32_MAX) {
		*result = value;
		return true;
	}
	env_warn(env,
		"%s: found '%.100s', expected a number of milliseconds from %llu to %d without a "
		"unit; ignored",
		name, text, (unsigned long long)least, INT32_MAX);
	return false;
}

void env_duration(struct environment *env, struct variable variable, uint64_t least, uint64_t *ns)
{
	uint64_t ms;

	if (milliseconds(env, variable.metrics, least, &ms) ||
		milliseconds(env, variable.generic, least, &ms))
		*ns = ms * NSEC_PER_MSEC;
}

void env_timeout(struct environment *env, struct variable variable, uint64_t *ns)
{
	env_duration(env, variable, 0, ns);
	if (!*ns)
		*ns = UINT64_MAX;
}

void choice_names(const struct choice *choices, size_t count, char *text, size_t size)
{
	size_t valid = 0, seen = 0, used = 0;

	for (size_t i = 0; i < count; i++)
		valid += !choices[i].warning;
	text[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++) {
		if (choices[i].warning)
			continue;
		seen++;
		used += (size_t)snprintf(text + used, size - used, "%s%s",
			seen == 1	? ""
			: seen == valid ? " or "
					: ", ",
			choices[i].name);
	}
}

bool choice_parse(struct environment *env, const char *source, const char *text,
	const struct choice *choices, size_t count, int *value)
{
	char names[128];

	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(text, choices[i].name) != 0)
			continue;
		if (choices[i].warning) {
			env_warn(env, "%s: found '%.100s': %s", source, text, choices[i].warning);
			return false;
		}
		*value = choices[i].value;
		return true;
	}
	choice_names(choices, count, names, sizeof(names));
	env_warn(env, "%s: found '%.100s', expected %s; ignored", source, text, names);
	return false;
}

void env_choice(struct environment *env, struct variable variable, const struct choice *choices,
	size_t count, int *value)
{
	const char *const names[] = {variable.metrics, variable.generic};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *text = names[i] ? env_get(env, names[i]) : NULL;

		if (text && choice_parse(env, names[i], text, choices, count, value))
			return;
	}
}
