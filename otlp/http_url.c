/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http_url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/limits.h"
#include "base/str.h"

/* A part of the URL as malloc'ed text in *text; -ENOENT if the URL does not have it. */
static int url_part(CURLU *url, CURLUPart part, unsigned int flags, char **text)
{
	char *value = NULL;

	if (curl_url_get(url, part, &value, flags) != CURLUE_OK)
		return -ENOENT;
	*text = strdup(value);
	curl_free(value);
	return *text ? 0 : -ENOMEM;
}

static int read_parts(struct http_url *result, CURLU *url, const char *text, struct err *err)
{
	char *scheme, *port;
	uint64_t number = 0;
	size_t length;
	bool known;
	CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);

	if (code != CURLUE_OK)
		return err_set(err, -EINVAL,
			"\"%.200s\" is not a URL (%s), expected one like "
			"http://localhost:4318/v1/metrics",
			text, curl_url_strerror(code));
	if (url_part(url, CURLUPART_SCHEME, 0, &scheme))
		return -ENOMEM;
	known = !strcasecmp(scheme, "http") || !strcasecmp(scheme, "https");
	free(scheme);
	if (!known)
		return err_set(err, -EINVAL, "\"%.200s\": expected a URL of http or https", text);
	if (url_part(url, CURLUPART_HOST, 0, &result->host) ||
		url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port))
		return -ENOMEM;
	if (!str_to_u64(port, &number))
		result->port = (int)number;
	free(port);
	length = strlen(result->host);
	if (result->host[0] == '[' && length > 2) {
		memmove(result->host, result->host + 1, length - 2);
		result->host[length - 2] = '\0';
	}
	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	return url_part(url, CURLUPART_URL, 0, &result->text);
}

int http_url_read(struct http_url *result, const char *text, struct err *err)
{
	CURLU *url;
	int ret;

	if (strlen(text) > LIMIT_URL_BYTES)
		return err_set(err, -EINVAL, "the URL is longer than %d bytes", LIMIT_URL_BYTES);
	url = curl_url();
	ret = url ? read_parts(result, url, text, err) : -ENOMEM;
	curl_url_cleanup(url);
	return ret;
}

void http_url_fini(struct http_url *url)
{
	free(url->text);
	free(url->host);
	*url = (struct http_url){.port = 0};
}
