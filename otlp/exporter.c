/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/exporter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "otlp/encode.h"
#include "otlp/gzip.h"
#include "otlp/http.h"
#include "otlp/report.h"
#include "otlp/response.h"
#include "otlp/retry.h"

/* A connection that takes longer is tried again: the host may be back under another address. */
#define CONNECT_TIMEOUT_NS (10 * NSEC_PER_SEC)

enum {
	/* Buffers up to this size are kept between exports. */
	KEPT_BUFFER_BYTES = 256 << 10,
};

enum state {
	STATE_IDLE,
	STATE_SENDING, /* the timer is at request_deadline */
	STATE_WAITING, /* for the next attempt; the timer is at retry_at */
};

struct exporter {
	struct loop *loop;
	struct http *http;
	struct encoder *encoder;
	struct gzip *gzip; /* NULL: not compressed */
	struct backoff backoff;
	struct loop_timer timer;
	uint64_t request_timeout; /* 0: none */
	size_t request_limit;
	struct exporter_stats stats;

	/* The export under way */
	enum state state;
	struct encode_cursor cursor;
	struct buf request, packed;
	uint64_t started, deadline;
	struct report report;
	export_done *done;
	void *context;

	/* Its present request */
	uint64_t points;
	uint64_t request_deadline, retry_at;
	uint32_t tries;
	const char *last_type; /* why the last attempt failed */
	char last_reason[256];
	bool resent; /* once more, because the connection that was kept turned out to be dead */
};

static void on_timer(void *context);

static int exporter_init(
	struct exporter *exporter, const struct exporter_options *options, struct err *err)
{
	const struct http_options http = {
		.url = options->url,
		.headers = options->headers,
		.header_count = options->header_count,
		.gzip = options->gzip,
		.user_agent = options->user_agent,
	};

	exporter->request_timeout = options->request_timeout_ns;
	exporter->request_limit = options->request_limit ? options->request_limit
							 : LIMIT_REQUEST_BYTES;
	exporter->backoff.random = options->random_seed;
	exporter->backoff.initial = options->retry_initial_ns ? options->retry_initial_ns
							      : BACKOFF_INITIAL_NS;
	buf_init(&exporter->request, exporter->request_limit);
	buf_init(&exporter->packed, gzip_bound(exporter->request_limit));
	exporter->encoder = encoder_new();
	if (options->gzip)
		exporter->gzip = gzip_new();
	if (!exporter->encoder || (options->gzip && !exporter->gzip))
		return err_set(err, -ENOMEM, "out of memory");
	return http_new(&exporter->http, exporter->loop, &http, err);
}

int exporter_new(struct exporter **result, struct loop *loop,
	const struct exporter_options *options, struct err *err)
{
	struct exporter *exporter = calloc(1, sizeof(*exporter));
	int ret;

	if (!exporter)
		return err_set(err, -ENOMEM, "out of memory");
	exporter->loop = loop;
	loop_timer_init(&exporter->timer, loop, on_timer, exporter);
	ret = exporter_init(exporter, options, err);
	if (ret) {
		exporter_free(exporter);
		return ret;
	}
	*result = exporter;
	return 0;
}

void exporter_free(struct exporter *exporter)
{
	if (!exporter)
		return;
	loop_timer_clear(&exporter->timer);
	http_free(exporter->http);
	encoder_free(exporter->encoder);
	gzip_free(exporter->gzip);
	buf_fini(&exporter->request);
	buf_fini(&exporter->packed);
	free(exporter);
}

static void count_failed(struct exporter *exporter, uint64_t points)
{
	exporter->report.result.failed += points;
	exporter->stats.failed += points;
}

static void release(struct buf *buf)
{
	if (buf->capacity > KEPT_BUFFER_BYTES)
		buf_fini(buf);
}

/* Calls back, after which the exporter may be gone: callers return at once. */
static void finish(struct exporter *exporter)
{
	struct export_result result = exporter->report.result;

	result.duration_ns = loop_now(exporter->loop) - exporter->started;
	exporter->state = STATE_IDLE;
	loop_timer_clear(&exporter->timer);
	http_release(exporter->http);
	release(&exporter->request);
	release(&exporter->packed);
	exporter->done(exporter->context, &result);
}

static void arm(struct exporter *exporter, uint64_t at)
{
	if (at == UINT64_MAX)
		loop_timer_clear(&exporter->timer);
	else
		loop_timer_set(&exporter->timer, at ? at : 1);
}

static const struct buf *body_of(const struct exporter *exporter)
{
	return exporter->gzip ? &exporter->packed : &exporter->request;
}

static void on_answer(void *context, const struct http_result *answer);

/* One attempt with the bytes that are there. False, with the points counted, if not even that is
 * possible. */
static bool send_request(struct exporter *exporter)
{
	const struct buf *body = body_of(exporter);
	uint64_t now = loop_now(exporter->loop);
	uint64_t left = exporter->request_deadline > now ? exporter->request_deadline - now : 0;
	int ret = http_post(exporter->http, body->data, body->length,
		left < CONNECT_TIMEOUT_NS ? left : CONNECT_TIMEOUT_NS, on_answer, exporter);

	if (ret) {
		report_tell(&exporter->report, SEVERITY_FAILED, "other",
			"cannot start a request: %s", strerror(-ret));
		count_failed(exporter, exporter->points);
		return false;
	}
	exporter->state = STATE_SENDING;
	exporter->tries++;
	exporter->report.result.attempts++;
	exporter->stats.attempts++;
	exporter->stats.bytes_sent += body->length;
	arm(exporter, exporter->request_deadline);
	return true;
}

/* Make the next request's bytes. 0 with `points` 0 at the end; -ENOMEM. */
static int prepare_request(struct exporter *exporter)
{
	struct encoded encoded;
	int ret = encode_next(exporter->encoder, &exporter->cursor, exporter->request_limit,
		&exporter->request, &encoded);

	exporter->points = encoded.points;
	if (encoded.too_large) {
		report_tell(&exporter->report, SEVERITY_FAILED, "too_large",
			"%" PRIu64 " data points are larger than a request may be (%zu bytes)",
			encoded.too_large, exporter->request_limit);
		count_failed(exporter, encoded.too_large);
	}
	if (ret || !encoded.points || !exporter->gzip)
		return ret;
	ret = gzip_compress(exporter->gzip, exporter->request.data, exporter->request.length,
		&exporter->packed);
	if (ret) {
		report_tell(&exporter->report, SEVERITY_FAILED, "out_of_memory", "out of memory");
		count_failed(exporter, encoded.points);
	}
	return ret;
}

/* End the export without the points that are not yet in a request. */
static void abandon_rest(struct exporter *exporter, const char *error_type, const char *reason)
{
	uint64_t left = encode_skip_rest(&exporter->cursor);

	if (left)
		report_tell(&exporter->report, SEVERITY_FAILED, error_type, "%s", reason);
	count_failed(exporter, left);
	finish(exporter);
}

static void next_request(struct exporter *exporter)
{
	uint64_t now = loop_now(exporter->loop);
	int ret;

	do {
		if (now >= exporter->deadline) {
			abandon_rest(exporter, "timeout", "the time for this export is over");
			return;
		}
		ret = prepare_request(exporter);
		if (ret) {
			abandon_rest(exporter, "out_of_memory", "out of memory");
			return;
		}
		if (!exporter->points) {
			finish(exporter);
			return;
		}
		exporter->report.result.requests++;
		exporter->stats.requests++;
		exporter->tries = 0;
		exporter->resent = false;
		backoff_reset(&exporter->backoff);
		exporter->request_deadline = exporter->deadline;
		if (exporter->request_timeout &&
			exporter->request_timeout < exporter->deadline - now)
			exporter->request_deadline = now + exporter->request_timeout;
	} while (!send_request(exporter));
}

static void fail_request(struct exporter *exporter)
{
	count_failed(exporter, exporter->points);
	next_request(exporter);
}

/* "answered 503: text" or the transport's sentence. */
static void describe(const struct http_result *answer, char *out, size_t room)
{
	char text[RESPONSE_TEXT_BYTES + 1];

	if (answer->failure != HTTP_FAILURE_NONE && answer->status < 300) {
		snprintf(out, room, "%s", answer->error);
		return;
	}
	response_text(answer->body, answer->body_length, answer->content_type, text, sizeof(text));
	snprintf(out, room, "answered %d%s%s%s", answer->status,
		answer->status >= 300 && answer->status < 400 ? " (redirects are not followed)"
							      : "",
		*text ? ": " : "", text);
}

static void on_success(struct exporter *exporter, const struct http_result *answer)
{
	struct response response;
	struct err err;
	uint64_t rejected;

	if (response_decode(
		    answer->body, answer->body_length, answer->content_type, &response, &err)) {
		report_tell(&exporter->report, SEVERITY_FAILED, "bad_response",
			"answered %d, but %s", answer->status, err.text);
		fail_request(exporter);
		return;
	}
	rejected = response.rejected < exporter->points ? response.rejected : exporter->points;
	exporter->report.result.rejected += rejected;
	exporter->stats.rejected += rejected;
	exporter->report.result.exported += exporter->points - rejected;
	exporter->stats.exported += exporter->points - rejected;
	if (rejected)
		report_tell(&exporter->report, SEVERITY_REJECTED, "rejected",
			"rejected %" PRIu64 " of %" PRIu64 " data points: %s", rejected,
			exporter->points, *response.message ? response.message : "no reason given");
	else if (*response.message)
		report_tell(&exporter->report, SEVERITY_WARNING, NULL,
			"accepted with a warning: %s", response.message);
	next_request(exporter);
}

static void give_up(struct exporter *exporter)
{
	report_tell(&exporter->report, SEVERITY_FAILED, exporter->last_type,
		"%s; gave up after attempt %" PRIu32, exporter->last_reason, exporter->tries);
	fail_request(exporter);
}

static void retry_later(struct exporter *exporter, const struct verdict *verdict)
{
	uint64_t now = loop_now(exporter->loop);
	uint64_t left = exporter->request_deadline > now ? exporter->request_deadline - now : 0;
	uint64_t wait = backoff_next(&exporter->backoff);

	exporter->last_type = verdict->error_type;
	if (verdict->throttled && verdict->wait_ns >= left) {
		report_tell(&exporter->report, SEVERITY_FAILED, verdict->error_type,
			"%s; gave up, as it asks to wait %" PRIu64 " s", exporter->last_reason,
			verdict->wait_ns / NSEC_PER_SEC);
		/* What is left of this export would come too early as well. */
		count_failed(exporter, exporter->points);
		abandon_rest(exporter, verdict->error_type, exporter->last_reason);
		return;
	}
	if (verdict->throttled && verdict->wait_ns > wait)
		wait = verdict->wait_ns;
	if (wait >= left) {
		give_up(exporter);
		return;
	}
	exporter->state = STATE_WAITING;
	exporter->retry_at = now + wait;
	arm(exporter, exporter->retry_at);
}

static void on_answer(void *context, const struct http_result *answer)
{
	struct exporter *exporter = context;
	struct verdict verdict = classify(
		answer->status, answer->failure, answer->retry_after, clock_realtime_ns());

	if (answer->status)
		exporter->report.result.http_status = answer->status;
	if (verdict.action == VERDICT_DELIVERED) {
		on_success(exporter, answer);
		return;
	}
	describe(answer, exporter->last_reason, sizeof(exporter->last_reason));
	if (verdict.action == VERDICT_REFUSED) {
		report_tell(&exporter->report, SEVERITY_FAILED, verdict.error_type, "%s",
			exporter->last_reason);
		fail_request(exporter);
		return;
	}
	/* The receiver closed the connection while it was idle; the bytes most likely were never
	 * read. */
	if (answer->failure == HTTP_FAILURE_CUT && answer->reused && !answer->status &&
		!exporter->resent) {
		exporter->resent = true;
		if (!send_request(exporter))
			next_request(exporter);
		return;
	}
	retry_later(exporter, &verdict);
}

static void on_timer(void *context)
{
	struct exporter *exporter = context;
	uint64_t now = loop_now(exporter->loop);

	if (exporter->state == STATE_SENDING) {
		http_cancel(exporter->http);
		report_tell(&exporter->report, SEVERITY_FAILED, "timeout",
			"no answer in time (attempt %" PRIu32 ")", exporter->tries);
		fail_request(exporter);
	} else if (now < exporter->retry_at || now >= exporter->request_deadline) {
		give_up(exporter);
	} else if (!send_request(exporter)) {
		next_request(exporter);
	}
}

int exporter_export(struct exporter *exporter, const struct snapshot *snapshot, uint64_t deadline,
	export_done *done, void *context)
{
	int ret;

	if (exporter->state != STATE_IDLE)
		return -EBUSY;
	ret = encode_begin(exporter->encoder, &exporter->cursor, snapshot);
	if (ret)
		return ret;
	exporter->report = (struct report){.where = http_url(exporter->http)};
	exporter->started = loop_now(exporter->loop);
	exporter->deadline = deadline;
	exporter->done = done;
	exporter->context = context;
	next_request(exporter);
	return 0;
}

void exporter_hurry(struct exporter *exporter, uint64_t deadline)
{
	if (exporter->state == STATE_IDLE || deadline >= exporter->deadline)
		return;
	exporter->deadline = deadline;
	if (exporter->request_deadline > deadline)
		exporter->request_deadline = deadline;
	if (exporter->state == STATE_SENDING)
		arm(exporter, exporter->request_deadline);
	else if (exporter->retry_at >= exporter->request_deadline)
		arm(exporter, loop_now(exporter->loop));
}

bool exporter_busy(const struct exporter *exporter)
{
	return exporter->state != STATE_IDLE;
}

const struct exporter_stats *exporter_stats(const struct exporter *exporter)
{
	return &exporter->stats;
}

const char *exporter_server_address(const struct exporter *exporter)
{
	return http_host(exporter->http);
}

int exporter_server_port(const struct exporter *exporter)
{
	return http_port(exporter->http);
}
