/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One POST at a time over HTTP/1.1, by libcurl, as events of a loop: nothing blocks, names are
 * resolved by a thread of libcurl's. The connection is kept for the next request. Redirects are not
 * followed. TLS certificates are always checked, against the system's authorities or those of a
 * file.
 *
 * Proxies: libcurl's default stands, so http_proxy, https_proxy, all_proxy and no_proxy of the
 * environment apply.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "otlp/exporter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_options {
	const char *url;
	const struct otlp_header *headers; /* further ones */
	size_t header_count;
	bool gzip; /* bodies are compressed: says so in Content-Encoding */
	const char *user_agent;
	struct otlp_tls tls;
};

enum http_failure {
	HTTP_FAILURE_NONE,
	HTTP_FAILURE_RESOLVE,	/* no address for the host name */
	HTTP_FAILURE_CONNECT,	/* no connection, or no TLS on it */
	HTTP_FAILURE_TIMEOUT,	/* connected, no answer in time */
	HTTP_FAILURE_CUT,	/* connection ended before the answer did */
	HTTP_FAILURE_TLS,	/* certificate not acceptable */
	HTTP_FAILURE_GARBAGE,	/* the answer is not HTTP */
	HTTP_FAILURE_TOO_LARGE, /* the answer exceeds LIMIT_RESPONSE_BYTES */
	HTTP_FAILURE_OTHER,
};

/* Valid in the callback, until the next call of this file. */
struct http_result {
	enum http_failure failure;
	int status;    /* 0: none was seen */
	bool reused;   /* sent on a connection that an earlier request had made */
	bool repeated; /* libcurl had sent the whole of it before, on one that was cut then */
	const char *retry_after;  /* NULL if not there */
	const char *content_type; /* NULL if not there */
	const uint8_t *body;	  /* decompressed; NULL if empty */
	size_t body_length;
	const char *error; /* sentence, without the URL; "" without a failure */
};

struct http;

/* -EINVAL for a bad URL or header. */
int http_new(struct http **http, struct loop *loop, const struct http_options *options,
	struct err *err) MUST_CHECK;
void http_free(struct http *http); /* accepts NULL; cancels; may be called in the callback */

typedef void http_done(void *context, const struct http_result *result);

/*
 * Send `body`, which must stay until `done` is called from the loop, or http_cancel. A connection
 * that takes longer than `connect_timeout_ns` has failed; the caller sets the limit for everything
 * else. -EBUSY, -ENOMEM.
 */
int http_post(struct http *http, const void *body, size_t length, uint64_t connect_timeout_ns,
	http_done *done, void *context) MUST_CHECK;
/* Forget the request under way, if any, and close its connection. `done` is not called. */
void http_cancel(struct http *http);
/*
 * True if the whole body of the last http_post could have reached the receiver, whatever became of
 * it and even if it was cancelled: without an answer nobody knows whether it was accepted. If
 * false, the receiver cannot have accepted it.
 */
bool http_was_sent(const struct http *http);
/* Free what the last answer took. */
void http_release(struct http *http);

const char *http_url(const struct http *http);	/* without user name and password, for people */
const char *http_host(const struct http *http); /* IPv6 addresses without brackets */
int http_port(const struct http *http);
