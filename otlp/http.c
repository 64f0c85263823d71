/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "otlp/http_events.h"
#include "otlp/http_header.h"
#include "otlp/http_url.h"

enum {
	/* Status line and headers of one answer; they are kept until its end. */
	ANSWER_HEADER_BYTES = 64 << 10,
};

struct http {
	struct http_events events;
	CURL *easy;
	struct curl_slist *headers;
	const uint8_t *upload;
	size_t upload_length, upload_at;
	bool sent;     /* libcurl took the whole of it, if only once */
	bool repeated; /* and began again after that */
	struct buf body;
	size_t header_bytes;
	bool global, busy, too_large;
	http_done *done;
	void *context;
	struct http_url url;
	char error[CURL_ERROR_SIZE];
};

/* libcurl takes the body from here, and not from CURLOPT_POSTFIELDS, so that it is known what it
 * took: it sends a request again by itself when a connection that was kept turns out to be dead,
 * and then counts from 0. */
static size_t on_upload(char *to, size_t size, size_t count, void *context)
{
	struct http *http = context;
	size_t left = http->upload_length - http->upload_at;
	size_t n = size * count < left ? size * count : left;

	memcpy(to, http->upload + http->upload_at, n);
	http->upload_at += n;
	if (http->upload_at == http->upload_length)
		http->sent = true;
	return n;
}

static int on_rewind(void *context, curl_off_t offset, int origin)
{
	struct http *http = context;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > http->upload_length)
		return CURL_SEEKFUNC_FAIL;
	http->upload_at = (size_t)offset;
	http->repeated |= http->sent;
	return CURL_SEEKFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct http *http = context;

	buf_put(&http->body, bytes, size * count);
	if (http->body.failed)
		http->too_large = true;
	return http->too_large ? 0 : size * count;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct http *http = context;

	(void)bytes;
	http->header_bytes += size * count;
	if (http->header_bytes > ANSWER_HEADER_BYTES)
		http->too_large = true;
	return http->too_large ? 0 : size * count;
}

static int add_line(struct http *http, const char *line)
{
	struct curl_slist *longer = line ? curl_slist_append(http->headers, line) : NULL;

	if (!longer)
		return -ENOMEM;
	http->headers = longer;
	return 0;
}

static int add_header(struct http *http, const struct otlp_header *header, struct err *err)
{
	int ret = http_header_check(header, err);
	char *line;

	if (ret)
		return ret;
	/* "name;" is libcurl's way to say a header without a value: "name:" would take one of its
	 * own out. */
	if (asprintf(&line, *header->value ? "%s: %s" : "%s;", header->name, header->value) < 0)
		return -ENOMEM;
	ret = add_line(http, line);
	free(line);
	return ret;
}

static int set_headers(struct http *http, const struct http_options *options, struct err *err)
{
	int ret = add_line(http, "Content-Type: application/x-protobuf");

	/* libcurl would wait for "100 Continue" with bodies above 1 MiB. */
	if (!ret)
		ret = add_line(http, "Expect:");
	if (!ret && options->gzip)
		ret = add_line(http, "Content-Encoding: gzip");
	if (options->header_count > LIMIT_HEADERS)
		return err_set(err, -EINVAL, "%zu headers, at most %d are allowed",
			options->header_count, LIMIT_HEADERS);
	for (size_t i = 0; !ret && i < options->header_count; i++)
		ret = add_header(http, &options->headers[i], err);
	return ret;
}

/* What cannot be read is better known before the first export than at it. */
static int set_tls(struct http *http, const struct otlp_tls *tls, struct err *err)
{
	const struct {
		CURLoption option;
		const char *what, *file;
	} files[] = {
		{CURLOPT_CAINFO, "the authorities' certificates", tls->ca_file},
		{CURLOPT_SSLCERT, "the client certificate", tls->cert_file},
		{CURLOPT_SSLKEY, "the client certificate's key", tls->key_file},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!files[i].file)
			continue;
		if (access(files[i].file, R_OK))
			return err_set(err, -EINVAL, "%s cannot be read from %.200s: %s",
				files[i].what, files[i].file, strerror(errno));
		if (curl_easy_setopt(http->easy, files[i].option, files[i].file) != CURLE_OK)
			return err_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

static int set_easy_options(struct http *http, const struct http_options *options)
{
	CURL *easy = http->easy;
	int failed = 0;

	failed |= curl_easy_setopt(easy, CURLOPT_URL, options->url) != CURLE_OK;
	failed |= curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent) != CURLE_OK;
	failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK;
	/* libcurl inflates; on_body counts what comes out. */
	failed |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip") != CURLE_OK;
	if (failed)
		return -ENOMEM;
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* The Collector closes a connection that was idle for 60 s; do not race with it. */
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 50L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Cancelling must not wait for the resolver's thread. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
	curl_easy_setopt(easy, CURLOPT_READDATA, http);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, http);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
	curl_multi_setopt(http->events.multi, CURLMOPT_MAXCONNECTS, 1L);
	return 0;
}

static int start(struct http *http, const struct http_options *options, struct err *err)
{
	int ret = http_url_read(&http->url, options->url, err);

	if (!ret)
		ret = set_headers(http, options, err);
	if (ret)
		return ret;
	http->easy = curl_easy_init();
	if (!http->easy)
		return -ENOMEM;
	ret = set_easy_options(http, options);
	return ret ? ret : set_tls(http, &options->tls, err);
}

static enum http_failure failure_of(CURLcode code, bool connected)
{
	switch (code) {
	case CURLE_OK:
		return HTTP_FAILURE_NONE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_FAILURE_RESOLVE;
	case CURLE_COULDNT_CONNECT:
	case CURLE_PROXY:
	/* Also what a restarting server or load balancer looks like. */
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_FAILURE_CONNECT;
	case CURLE_OPERATION_TIMEDOUT:
		return connected ? HTTP_FAILURE_TIMEOUT : HTTP_FAILURE_CONNECT;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return HTTP_FAILURE_CUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_FAILURE_TLS;
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 or 3 as the answer */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return HTTP_FAILURE_GARBAGE;
	default:
		return HTTP_FAILURE_OTHER;
	}
}

/* What libcurl knows about the request that ended; to be asked before the handle is used again. */
static void fill_result(struct http *http, CURLcode code, struct http_result *result)
{
	struct curl_header *header;
	curl_off_t connect_us = 0;
	long status = 0, connects = 0;
	char *type = NULL;

	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(http->easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME_T, &connect_us);
	curl_easy_getinfo(http->easy, CURLINFO_CONTENT_TYPE, &type);
	*result = (struct http_result){
		.failure = http->too_large ? HTTP_FAILURE_TOO_LARGE
					   : failure_of(code, connect_us > 0),
		.status = (int)status,
		.reused = connects == 0 && connect_us > 0,
		.repeated = http->repeated,
		.content_type = type,
		.body = http->body.length ? http->body.data : NULL,
		.body_length = http->body.length,
		.error = "",
	};
	if (curl_easy_header(http->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
		result->retry_after = header->value;
	if (http->too_large)
		result->error = "the answer is too large (more than 4 MiB, or 64 KiB of headers)";
	else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
		result->error =
			"the answer is not HTTP/1.1: is this the port of OTLP/HTTP (usually 4318), "
			"not of gRPC (4317)?";
	else if (code != CURLE_OK)
		result->error = http->error[0] ? http->error : curl_easy_strerror(code);
}

static void on_progress(void *context)
{
	struct http *http = context;
	struct http_result result;
	CURLMsg *message;
	CURLcode code;
	int left;

	message = curl_multi_info_read(http->events.multi, &left);
	if (!message || message->msg != CURLMSG_DONE || !http->busy)
		return;
	/* The message goes with the handle. */
	code = message->data.result;
	fill_result(http, code, &result);
	curl_multi_remove_handle(http->events.multi, http->easy);
	http->busy = false;
	/* The callback may free `http`: nothing may follow. */
	http->done(http->context, &result);
}

int http_new(struct http **result, struct loop *loop, const struct http_options *options,
	struct err *err)
{
	struct http *http = calloc(1, sizeof(*http));
	int ret = -ENOMEM;

	if (!http)
		return err_set(err, -ENOMEM, "out of memory");
	buf_init(&http->body, LIMIT_RESPONSE_BYTES);
	/* Counted by libcurl: only the first call does anything. */
	http->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	if (http->global)
		ret = http_events_init(&http->events, loop, on_progress, http);
	if (!ret)
		ret = start(http, options, err);
	if (ret) {
		http_free(http);
		return ret == -ENOMEM ? err_set(err, -ENOMEM, "out of memory") : ret;
	}
	*result = http;
	return 0;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	http_cancel(http);
	curl_easy_cleanup(http->easy);
	http_events_fini(&http->events);
	curl_slist_free_all(http->headers);
	if (http->global)
		curl_global_cleanup();
	buf_fini(&http->body);
	http_url_fini(&http->url);
	free(http);
}

int http_post(struct http *http, const void *body, size_t length, uint64_t connect_timeout_ns,
	http_done *done, void *context)
{
	uint64_t connect_ms = connect_timeout_ns / NSEC_PER_MSEC + 1;

	if (http->busy)
		return -EBUSY;
	buf_clear(&http->body);
	http->header_bytes = 0;
	http->too_large = false;
	http->error[0] = '\0';
	http->done = done;
	http->context = context;
	http->upload = body;
	http->upload_length = length;
	http->upload_at = 0;
	http->sent = http->repeated = false;
	curl_easy_setopt(http->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
	if (connect_ms > INT32_MAX)
		connect_ms = INT32_MAX;
	curl_easy_setopt(http->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	if (curl_multi_add_handle(http->events.multi, http->easy) != CURLM_OK)
		return -ENOMEM;
	http->busy = true;
	return 0;
}

void http_cancel(struct http *http)
{
	if (!http->busy)
		return;
	http->busy = false;
	curl_multi_remove_handle(http->events.multi, http->easy);
}

bool http_was_sent(const struct http *http)
{
	return http->sent;
}

void http_release(struct http *http)
{
	if (!http->busy)
		buf_fini(&http->body);
}

const char *http_url(const struct http *http)
{
	return http->url.text;
}

const char *http_host(const struct http *http)
{
	return http->url.host;
}

int http_port(const struct http *http)
{
	return http->url.port;
}
