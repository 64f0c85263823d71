/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/exporter_private.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "otlp/response.h"

/* A receiver may not send us away for longer while it owes an outcome. */
#define LONGEST_WAIT_NS (3600 * NSEC_PER_SEC)

/* "answered 503: text" or the transport's sentence. */
static void describe(const struct http_result *answer, char *out, size_t room)
{
	char text[RESPONSE_TEXT_BYTES + 1];

	if (answer->failure != HTTP_FAILURE_NONE && answer->status < 300) {
		snprintf(out, room, "%s%s", answer->error,
			answer->failure == HTTP_FAILURE_CONNECT
				? "; is a Collector listening there?"
				: "");
		return;
	}
	response_text(answer->body, answer->body_length, answer->content_type, text, sizeof(text));
	snprintf(out, room, "answered %d%s%s%s", answer->status,
		answer->status >= 300 && answer->status < 400 ? " (redirects are not followed)"
							      : "",
		*text ? ": " : "", text);
}

/* The receiver may have got the request, and accepted it. */
static void note_unknown(struct exporter *exporter)
{
	if (exporter->insist && !exporter->unknown && http_was_sent(exporter->http))
		exporter_insist(exporter);
}

static void retry_later(struct exporter *exporter, const struct verdict *verdict);

/* The same bytes once more. */
static void resend(struct exporter *exporter)
{
	static const struct verdict again = {
		.action = VERDICT_RETRY, .error_type = "out_of_memory"};

	if (!exporter_send(exporter))
		return;
	snprintf(exporter->last_reason, sizeof(exporter->last_reason), "out of memory");
	retry_later(exporter, &again);
}

static void give_up(struct exporter *exporter)
{
	report_tell(&exporter->report, SEVERITY_FAILED, exporter->last_type,
		"%s; gave up after attempt %" PRIu32 "%s", exporter->last_reason, exporter->tries,
		exporter->unknown ? ", not knowing whether one was accepted" : "");
	exporter_fail(exporter);
}

static void retry_later(struct exporter *exporter, const struct verdict *verdict)
{
	uint64_t now = loop_now(exporter->loop);
	uint64_t left = exporter->request_deadline > now ? exporter->request_deadline - now : 0;
	uint64_t wait = backoff_next(&exporter->backoff), asked = verdict->wait_ns;

	exporter->last_type = verdict->error_type;
	if (exporter->unknown)
		asked = earlier(asked, LONGEST_WAIT_NS);
	if (verdict->throttled && asked >= left) {
		report_tell(&exporter->report, SEVERITY_FAILED, verdict->error_type,
			"%s; gave up, as it asks to wait %" PRIu64 " s", exporter->last_reason,
			verdict->wait_ns / NSEC_PER_SEC);
		/* What is left of this export would come too early as well. */
		exporter_abandon(exporter, verdict->error_type, exporter->last_reason);
		return;
	}
	if (verdict->throttled && asked > wait)
		wait = asked;
	if (wait >= left) {
		give_up(exporter);
		return;
	}
	exporter->state = STATE_WAITING;
	exporter->retry_at = now + wait;
	exporter_arm(exporter, exporter->retry_at);
}

/* 2xx, but not with the words of an OTLP receiver. */
static void on_bad_response(struct exporter *exporter, int status, const struct err *err)
{
	static const struct verdict again = {.action = VERDICT_RETRY, .error_type = "bad_response"};

	note_unknown(exporter);
	snprintf(exporter->last_reason, sizeof(exporter->last_reason), "answered %d, but %.200s",
		status, err->text);
	if (exporter->unknown) {
		retry_later(exporter, &again);
		return;
	}
	report_tell(
		&exporter->report, SEVERITY_FAILED, again.error_type, "%s", exporter->last_reason);
	exporter_fail(exporter);
}

static void acknowledge(struct exporter *exporter)
{
	const struct encode_cursor *cursor = &exporter->outgoing.cursor;
	const struct snapshot_place end = {cursor->scope, cursor->metric, cursor->series};

	if (exporter->acknowledged && !exporter->outgoing.is_given)
		exporter->acknowledged(
			exporter->acknowledged_context, &exporter->outgoing.encoded.first, &end);
}

static void on_success(struct exporter *exporter, const struct http_result *answer)
{
	uint64_t points = exporter->outgoing.encoded.points, rejected;
	struct response response;
	struct err err;

	if (response_decode(
		    answer->body, answer->body_length, answer->content_type, &response, &err)) {
		on_bad_response(exporter, answer->status, &err);
		return;
	}
	acknowledge(exporter);
	rejected = earlier(response.rejected, points);
	exporter->report.result.rejected += rejected;
	exporter->stats.rejected += rejected;
	exporter->report.result.exported += points - rejected;
	exporter->stats.exported += points - rejected;
	if (rejected)
		report_tell(&exporter->report, SEVERITY_REJECTED, "rejected",
			"rejected %" PRIu64 " of %" PRIu64 " data points: %s", rejected, points,
			*response.message ? response.message : "no reason given");
	else if (*response.message)
		report_tell(&exporter->report, SEVERITY_WARNING, NULL,
			"accepted with a warning: %s", response.message);
	exporter_next(exporter);
}

/* OTLP refuses what is too large in advance; a proxy answers 413. */
static void on_refused(
	struct exporter *exporter, const struct http_result *answer, const char *error_type)
{
	exporter->unknown = false;
	if (answer->status == 413 && outgoing_split(&exporter->outgoing)) {
		exporter_next(exporter);
		return;
	}
	report_tell(&exporter->report, SEVERITY_FAILED, error_type, "%s", exporter->last_reason);
	exporter_fail(exporter);
}

void outcome_answer(void *context, const struct http_result *answer)
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
	if (verdict.unknown || answer->repeated)
		note_unknown(exporter);
	/* Once a request may have been accepted, a refusal of the same bytes for another reason
	 * than the bytes says nothing about that. */
	if (verdict.action == VERDICT_REFUSED && (verdict.final || !exporter->unknown)) {
		on_refused(exporter, answer, verdict.error_type);
		return;
	}
	/* The receiver closed the connection while it was idle; the bytes most likely were never
	 * read. */
	if (answer->failure == HTTP_FAILURE_CUT && answer->reused && !answer->status &&
		!exporter->resent) {
		exporter->resent = true;
		resend(exporter);
		return;
	}
	retry_later(exporter, &verdict);
}

void outcome_timeout(struct exporter *exporter)
{
	static const struct verdict again = {.action = VERDICT_RETRY, .error_type = "timeout"};

	http_cancel(exporter->http);
	note_unknown(exporter);
	snprintf(exporter->last_reason, sizeof(exporter->last_reason), "no answer in time");
	if (exporter->unknown) {
		retry_later(exporter, &again);
		return;
	}
	report_tell(&exporter->report, SEVERITY_FAILED, again.error_type,
		"%s (attempt %" PRIu32 ")", exporter->last_reason, exporter->tries);
	exporter_fail(exporter);
}

void outcome_wait_over(struct exporter *exporter, uint64_t now)
{
	if (now < exporter->retry_at || now >= exporter->request_deadline)
		give_up(exporter);
	else
		resend(exporter);
}
