/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/exporter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "otlp/exporter_private.h"

/* A connection that takes longer is tried again: the host may be back under another address. */
#define CONNECT_TIMEOUT_NS (10 * NSEC_PER_SEC)

static void on_timer(void *context)
{
	struct exporter *exporter = context;
	uint64_t now = loop_now(exporter->loop);

	if (exporter->state == STATE_SENDING)
		outcome_timeout(exporter);
	else
		outcome_wait_over(exporter, now);
}

static int exporter_init(
	struct exporter *exporter, const struct exporter_options *options, struct err *err)
{
	const struct http_options http = {
		.url = options->url,
		.headers = options->headers,
		.header_count = options->header_count,
		.gzip = options->gzip,
		.user_agent = options->user_agent,
		.tls = options->tls,
	};
	int ret;

	exporter->request_timeout = options->request_timeout_ns;
	exporter->insist = options->insist;
	exporter->acknowledged = options->acknowledged;
	exporter->acknowledged_context = options->acknowledged_context;
	exporter->sending = options->sending;
	exporter->backoff.random = options->random_seed;
	exporter->backoff.initial = options->retry_initial_ns ? options->retry_initial_ns
							      : BACKOFF_INITIAL_NS;
	ret = outgoing_init(&exporter->outgoing,
		options->request_limit ? options->request_limit : LIMIT_REQUEST_BYTES,
		options->gzip, err);
	return ret ? ret : http_new(&exporter->http, exporter->loop, &http, err);
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
	outgoing_fini(&exporter->outgoing);
	free(exporter);
}

static void count_failed(struct exporter *exporter, uint64_t points)
{
	exporter->report.result.failed += points;
	exporter->stats.failed += points;
}

/* The points of the present request were not delivered. */
static void count_request_failed(struct exporter *exporter)
{
	count_failed(exporter, exporter->outgoing.encoded.points);
	if (exporter->unknown)
		exporter->report.result.unresolved += exporter->outgoing.encoded.points;
}

/* Calls back, after which the exporter may be gone: callers return at once. */
static void finish(struct exporter *exporter)
{
	struct export_result result = exporter->report.result;

	result.duration_ns = loop_now(exporter->loop) - exporter->started;
	exporter->state = STATE_IDLE;
	loop_timer_clear(&exporter->timer);
	http_release(exporter->http);
	outgoing_release(&exporter->outgoing);
	exporter->done(exporter->context, &result);
}

void exporter_arm(struct exporter *exporter, uint64_t at)
{
	if (at == UINT64_MAX)
		loop_timer_clear(&exporter->timer);
	else
		loop_timer_set(&exporter->timer, at ? at : 1);
}

int exporter_send(struct exporter *exporter)
{
	const struct buf *body = outgoing_body(&exporter->outgoing);
	uint64_t now = loop_now(exporter->loop);
	uint64_t end = earlier(exporter->request_deadline, after(now, exporter->patience));
	uint64_t left = end > now ? end - now : 0;
	int ret = http_post(exporter->http, body->data, body->length,
		earlier(left, CONNECT_TIMEOUT_NS), outcome_answer, exporter);

	if (ret)
		return ret;
	exporter->state = STATE_SENDING;
	exporter->tries++;
	exporter->report.result.attempts++;
	exporter->stats.attempts++;
	exporter->stats.bytes_sent += body->length;
	exporter_arm(exporter, end);
	return 0;
}

/* Make the next request's bytes. 0 without points at the end; -ENOMEM. */
static int prepare_request(struct exporter *exporter)
{
	struct outgoing *outgoing = &exporter->outgoing;
	int ret = outgoing_next(outgoing);

	if (outgoing->encoded.too_large) {
		report_tell(&exporter->report, SEVERITY_FAILED, "too_large",
			"%" PRIu64 " data points are larger than a request may be (%zu bytes)",
			outgoing->encoded.too_large, outgoing->limit);
		count_failed(exporter, outgoing->encoded.too_large);
	}
	/* Memory may have run out behind the encoder. */
	if (ret)
		count_failed(exporter, outgoing->encoded.points);
	return ret;
}

/* End the export without the points that are not yet in a request. */
static void abandon_rest(struct exporter *exporter, const char *error_type, const char *reason)
{
	uint64_t left = encode_skip_rest(&exporter->outgoing.cursor);

	if (left)
		report_tell(&exporter->report, SEVERITY_FAILED, error_type, "%s", reason);
	count_failed(exporter, left);
	finish(exporter);
}

void exporter_abandon(struct exporter *exporter, const char *error_type, const char *reason)
{
	count_request_failed(exporter);
	abandon_rest(exporter, error_type, reason);
}

static void announce(struct exporter *exporter)
{
	const struct outgoing *outgoing = &exporter->outgoing;
	const struct encode_cursor *cursor = &outgoing->cursor;
	const struct export_request request = {
		.bytes = outgoing->plain.data,
		.length = outgoing->plain.length,
		.points = outgoing->encoded.points,
		.from = outgoing->encoded.first,
		.to = {cursor->scope, cursor->metric, cursor->series},
	};

	if (exporter->sending)
		exporter->sending(exporter->acknowledged_context, &request);
}

void exporter_insist(struct exporter *exporter)
{
	exporter->unknown = true;
	exporter->request_deadline = exporter->hurry;
	exporter->patience = exporter->deadline - exporter->started;
	if (exporter->request_timeout)
		exporter->patience = earlier(exporter->patience, exporter->request_timeout);
}

static void begin_request(struct exporter *exporter, uint64_t now)
{
	exporter->report.result.requests++;
	exporter->stats.requests++;
	exporter->tries = 0;
	exporter->last_type = NULL;
	exporter->resent = exporter->unknown = false;
	backoff_reset(&exporter->backoff);
	exporter->request_deadline = exporter->deadline;
	if (exporter->request_timeout)
		exporter->request_deadline = earlier(
			exporter->deadline, after(now, exporter->request_timeout));
	exporter->patience = exporter->request_deadline - now;
	if (exporter->outgoing.is_given)
		exporter_insist(exporter);
	else
		announce(exporter);
}

void exporter_next(struct exporter *exporter)
{
	uint64_t now = loop_now(exporter->loop);

	for (;;) {
		if (now >= exporter->deadline) {
			abandon_rest(exporter, "timeout", "the time for this export is over");
			return;
		}
		if (prepare_request(exporter)) {
			abandon_rest(exporter, "out_of_memory", "out of memory");
			return;
		}
		if (!exporter->outgoing.encoded.points) {
			finish(exporter);
			return;
		}
		begin_request(exporter, now);
		if (!exporter_send(exporter))
			return;
		report_tell(&exporter->report, SEVERITY_FAILED, "out_of_memory", "out of memory");
		count_request_failed(exporter);
	}
}

void exporter_fail(struct exporter *exporter)
{
	count_request_failed(exporter);
	exporter_next(exporter);
}

static void begin_export(
	struct exporter *exporter, uint64_t deadline, export_done *done, void *context)
{
	exporter->report = (struct report){.where = http_url(exporter->http)};
	exporter->started = loop_now(exporter->loop);
	exporter->deadline = deadline;
	exporter->hurry = UINT64_MAX;
	exporter->done = done;
	exporter->context = context;
	exporter_next(exporter);
}

int exporter_export(struct exporter *exporter, const struct snapshot *snapshot, uint64_t deadline,
	export_done *done, void *context)
{
	int ret;

	if (exporter->state != STATE_IDLE)
		return -EBUSY;
	ret = outgoing_begin(&exporter->outgoing, snapshot);
	if (ret)
		return ret;
	begin_export(exporter, deadline, done, context);
	return 0;
}

int exporter_resend(struct exporter *exporter, const struct export_request *request,
	export_done *done, void *context)
{
	int ret;

	if (exporter->state != STATE_IDLE)
		return -EBUSY;
	ret = outgoing_give(&exporter->outgoing, request->bytes, request->length, request->points);
	if (ret)
		return ret;
	begin_export(exporter, UINT64_MAX, done, context);
	return 0;
}

void exporter_hurry(struct exporter *exporter, uint64_t deadline)
{
	if (exporter->state == STATE_IDLE)
		return;
	exporter->hurry = earlier(exporter->hurry, deadline);
	exporter->deadline = earlier(exporter->deadline, deadline);
	if (exporter->request_deadline <= deadline)
		return;
	exporter->request_deadline = deadline;
	if (exporter->state == STATE_WAITING && exporter->retry_at >= deadline)
		exporter_arm(exporter, loop_now(exporter->loop));
	else if (exporter->state == STATE_SENDING)
		exporter_arm(exporter,
			exporter->timer.at ? earlier(exporter->timer.at, deadline) : deadline);
}

bool exporter_busy(const struct exporter *exporter)
{
	return exporter->state != STATE_IDLE;
}

bool exporter_trouble(const struct exporter *exporter, char *text, size_t room)
{
	if (exporter->state == STATE_IDLE || !exporter->last_type)
		return false;
	snprintf(text, room, "%.100s: %.200s%s", http_url(exporter->http), exporter->last_reason,
		exporter->unknown ? "; sent again until it is known whether it was accepted" : "");
	return true;
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
