/* SPDX-License-Identifier: Apache-2.0 */
#include "config/url.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

static int check_characters(const char *text, struct err *err)
{
	if (strlen(text) > LIMIT_URL_BYTES)
		return err_set(err, -EINVAL, "it has %zu bytes, expected at most %d", strlen(text),
			LIMIT_URL_BYTES);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f ||
			strchr("\"<>\\^`{|}", *c))
			return err_set(err, -EINVAL,
				"found a blank or another character that a URL cannot have, "
				"expected it as %%XX");
	return 0;
}

static const char *skip_scheme(const char *text, const char **scheme)
{
	static const char *const schemes[] = {"http", "https"};

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t length = strlen(schemes[i]);

		if (strncasecmp(text, schemes[i], length) == 0 &&
			strncmp(text + length, "://", 3) == 0) {
			*scheme = schemes[i];
			return text + length + 3;
		}
	}
	return NULL;
}

/* RFC 3986 section 3.2.3; an empty port is the scheme's. */
static int check_port(const char *port, size_t length, struct err *err)
{
	unsigned int value = 0;

	for (size_t i = 0; i < length; i++) {
		if (port[i] < '0' || port[i] > '9' || i == 5)
			return err_set(err, -EINVAL,
				"found a port that is no number, expected 1 to 65535");
		value = value * 10 + (unsigned int)(port[i] - '0');
	}
	if (length && (!value || value > 65535))
		return err_set(err, -EINVAL, "found port %u, expected 1 to 65535", value);
	return 0;
}

static bool is_host(const char *host, size_t length)
{
	static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-._~%";
	static const char address[] = "0123456789abcdefABCDEF:.";
	bool brackets = length > 2 && host[0] == '[' && host[length - 1] == ']';

	if (brackets) {
		size_t n = strspn(host + 1, address);

		/* RFC 6874: "%25" and the zone. */
		if (strncmp(host + 1 + n, "%25", 3) == 0)
			n += strspn(host + 1 + n, unreserved);
		return n == length - 2 && memchr(host, ':', length);
	}
	return length && strspn(host, unreserved) >= length;
}

static int check_authority(const char *authority, size_t length, struct err *err)
{
	const char *end = authority + length;
	const char *bracket = *authority == '[' ? memchr(authority, ']', length) : NULL;
	const char *from = bracket ? bracket : authority;
	const char *colon = memchr(from, ':', (size_t)(end - from));
	size_t host_length = colon ? (size_t)(colon - authority) : length;

	if (!host_length)
		return err_set(err, -EINVAL, "found no host, expected http://HOST:PORT");
	if (!is_host(authority, host_length))
		return err_set(err, -EINVAL,
			"found a host that is neither a name nor an address (IPv6 goes in "
			"brackets)");
	return colon ? check_port(colon + 1, (size_t)(end - colon - 1), err) : 0;
}

int url_parse(const char *text, const char *path, struct arena *arena, const char **url,
	bool *had_user, struct err *err)
{
	const char *scheme, *authority, *query, *rest, *user;
	size_t authority_length, rest_length, query_length;
	int result;

	result = check_characters(text, err);
	if (result)
		return result;
	authority = skip_scheme(text, &scheme);
	if (!authority)
		return err_set(err, -EINVAL,
			"found no http:// or https:// in front, expected http://HOST:PORT");
	rest = authority + strcspn(authority, "/?#");
	user = memrchr(authority, '@', (size_t)(rest - authority));
	*had_user = user != NULL;
	if (user)
		authority = user + 1;
	authority_length = (size_t)(rest - authority);
	result = check_authority(authority, authority_length, err);
	if (result)
		return result;
	rest_length = strcspn(rest, "?#");
	query = rest + rest_length;
	query_length = *query == '?' ? strcspn(query, "#") : 0;
	*url = arena_printf(arena, "%s://%.*s%s%.*s%s%s%.*s", scheme, (int)authority_length,
		authority, rest_length ? "" : "/", (int)rest_length, rest,
		path && rest_length && rest[rest_length - 1] != '/' ? "/" : "", path ? path : "",
		(int)query_length, query);
	return *url ? 0 : err_set(err, -ENOMEM, "out of memory");
}
