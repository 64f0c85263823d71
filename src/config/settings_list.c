/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of KEY=VALUE: OTLP headers (W3C Baggage, "list-member") and resource attributes. */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/str.h"
#include "config/settings_env.h"

/* The next member of a comma-separated list, without blanks around it; NULL at the end. */
static char *next_member(char **list)
{
	char *member = *list, *comma;

	if (!member)
		return NULL;
	comma = strchr(member, ',');
	if (comma)
		*comma = '\0';
	*list = comma ? comma + 1 : NULL;
	return str_trim(member);
}

/* KEY=VALUE -> key, and its value behind the '='; false if there is no '='. */
static bool split_member(char *member, char **key, char **value)
{
	char *equals = strchr(member, '=');

	if (!equals)
		return false;
	*equals = '\0';
	*key = str_trim(member);
	*value = str_trim(equals + 1);
	return true;
}

/* RFC 9110, "token". */
static bool is_token(const char *text)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "!#$%&'*+-.^_`|~";

	return *text && !text[strspn(text, token)];
}

/* RFC 9110, "field-value": no control character but the tab. */
static bool is_header_value(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if ((*c < ' ' && *c != '\t') || *c == 0x7f)
			return false;
	return true;
}

/* What the exporter says itself; another value would make its requests unreadable. */
static bool is_own_header(const char *key)
{
	static const char *const own[] = {"content-type", "content-encoding", "content-length",
		"transfer-encoding", "connection"};

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strcasecmp(key, own[i]) == 0)
			return true;
	return false;
}

const char *header_problem(const char *key, char *value, bool encoded)
{
	if (!is_token(key))
		return "its name is not a header name";
	if (is_own_header(key))
		return "the exporter sets this header itself";
	if (encoded && str_percent_decode(value) < 0)
		return "its value has a % that is not followed by two hexadecimal digits, or NUL";
	if (!utf8_is_valid(value, strlen(value)))
		return "its value is not UTF-8";
	if (!is_header_value(value))
		return "its value has a line break or another control character";
	return NULL;
}

void pairs_set(struct pair *pairs, size_t *count, struct pair pair,
	int (*compare)(const char *, const char *))
{
	size_t i = 0;

	while (i < *count && compare(pairs[i].key, pair.key) != 0)
		i++;
	pairs[i] = pair;
	*count += i == *count;
}

static struct pair *new_pairs(struct environment *env, size_t count)
{
	struct pair *pairs = arena_alloc(env->arena, count * sizeof(*pairs));

	if (!pairs)
		env->no_memory = true;
	return pairs;
}

void headers_parse(
	struct environment *env, const char *name, char *list, struct pair *headers, size_t *count)
{
	size_t bytes = 0, number = 0;
	char *member, *key, *value;

	while ((member = next_member(&list)) != NULL) {
		const char *problem;

		number++;
		if (!*member)
			continue;
		if (!split_member(member, &key, &value)) {
			env_warn(env, "%s: member %zu has no '=', expected KEY=VALUE; ignored",
				name, number);
			continue;
		}
		problem = header_problem(key, value, true);
		bytes += strlen(key) + strlen(value);
		if (!problem && (*count == LIMIT_HEADERS || bytes > LIMIT_HEADER_BYTES))
			problem = "there are too many headers";
		if (problem)
			env_warn(env, "%s: member %zu ('%.60s') is ignored: %s", name, number, key,
				problem);
		else
			pairs_set(headers, count, (struct pair){.key = key, .value = value},
				strcasecmp);
	}
}

void env_headers(
	struct environment *env, struct variable variable, struct pair **headers, size_t *count)
{
	const char *name = variable.metrics;
	char *list = env_get(env, name);

	if (!list) {
		name = variable.generic;
		list = env_get(env, name);
	}
	*count = 0;
	*headers = list ? new_pairs(env, LIMIT_HEADERS) : NULL;
	if (*headers)
		headers_parse(env, name, list, *headers, count);
}

static const char *resource_problem(char *member, struct pair *pair)
{
	char *key, *value;

	if (!split_member(member, &key, &value))
		return "has no '=', expected KEY=VALUE";
	if (str_percent_decode(key) < 0 || str_percent_decode(value) < 0)
		return "has a % that is not followed by two hexadecimal digits, or NUL";
	if (!*key)
		return "has no key";
	if (!utf8_is_valid(key, strlen(key)) || !utf8_is_valid(value, strlen(value)))
		return "is not UTF-8";
	*pair = (struct pair){.key = key, .value = value};
	return NULL;
}

void resource_parse(
	struct environment *env, const char *name, char *list, struct pair *pairs, size_t *count)
{
	size_t number = 0;
	char *member;

	while ((member = next_member(&list)) != NULL) {
		const char *problem;
		struct pair pair;

		number++;
		if (!*member)
			continue;
		problem = resource_problem(member, &pair);
		if (!problem && *count == LIMIT_RESOURCE_ATTRIBUTES)
			problem = "is one too many";
		if (problem) {
			/* All or nothing: half an identity is another identity. */
			env_warn(env, "%s: member %zu %s; the whole variable is ignored", name,
				number, problem);
			*count = 0;
			return;
		}
		pairs_set(pairs, count, pair, strcmp);
	}
}

void env_resource(struct environment *env, const char *name, struct pair **pairs, size_t *count)
{
	char *list = env_get(env, name);

	*count = 0;
	*pairs = list ? new_pairs(env, LIMIT_RESOURCE_ATTRIBUTES) : NULL;
	if (*pairs)
		resource_parse(env, name, list, *pairs, count);
}
