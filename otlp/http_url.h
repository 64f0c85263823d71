/* SPDX-License-Identifier: Apache-2.0 */
/* What is told about a URL: where requests go, without the secrets that it may carry. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

struct http_url {
	char *text; /* without user name and password */
	char *host; /* IPv6 addresses without brackets */
	int port;   /* the scheme's, where the URL has none */
};

/*
 * -EINVAL: `text` is no URL of http or https, or longer than LIMIT_URL_BYTES. -ENOMEM, without a
 * sentence. http_url_fini is needed whatever the result; `url` must be zero before.
 */
int http_url_read(struct http_url *url, const char *text, struct err *err) MUST_CHECK;
void http_url_fini(struct http_url *url);
