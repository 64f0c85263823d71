/* SPDX-License-Identifier: Apache-2.0 */
/* What exporter.c (which sends) and outcome.c (which judges what came back) share. */
#pragma once

#include "base/compiler.h"
#include "otlp/exporter.h"
#include "otlp/http.h"
#include "otlp/outgoing.h"
#include "otlp/report.h"
#include "otlp/retry.h"

enum state {
	STATE_IDLE,
	STATE_SENDING, /* the timer is at the end of this attempt */
	STATE_WAITING, /* for the next attempt; the timer is at retry_at */
};

struct exporter {
	struct loop *loop;
	struct http *http;
	struct outgoing outgoing;
	struct backoff backoff;
	struct loop_timer timer;
	uint64_t request_timeout; /* 0: none */
	bool insist;
	export_acknowledged *acknowledged;
	void *acknowledged_context;
	export_sending *sending;
	struct exporter_stats stats;

	/* The export under way */
	enum state state;
	uint64_t started, deadline;
	uint64_t hurry; /* ends what no deadline ends */
	struct report report;
	export_done *done;
	void *context;

	/* Its present request */
	uint64_t request_deadline, retry_at;
	uint64_t patience; /* ns that an attempt may take */
	uint32_t tries;
	const char *last_type; /* why the last attempt failed; NULL: none did */
	char last_reason[256];
	bool resent;  /* once more, because the connection that was kept turned out to be dead */
	bool unknown; /* an attempt may have been accepted */
};

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t after(uint64_t now, uint64_t time)
{
	return time > UINT64_MAX - now ? UINT64_MAX : now + time;
}

/*
 * exporter.c. What ends a request may end the export, which calls back, after which the exporter
 * may be gone: callers return at once.
 */

/* One attempt with the bytes that are there. 0 or -ENOMEM. */
int exporter_send(struct exporter *exporter) MUST_CHECK;
/*
 * Nobody knows whether the present request was accepted: only exporter_hurry ends it from now on,
 * and an attempt has as much time as one has that begins with the export. What was left of that for
 * this request may be too short for any answer.
 */
void exporter_insist(struct exporter *exporter);
/* Set the timer; UINT64_MAX: never. */
void exporter_arm(struct exporter *exporter, uint64_t at);
/* The present request is done with; the next one, or the end. */
void exporter_next(struct exporter *exporter);
/* The present request was not delivered; the next one, or the end. */
void exporter_fail(struct exporter *exporter);
/* The present request was not delivered, and nothing further is sent in this export. */
void exporter_abandon(struct exporter *exporter, const char *error_type, const char *reason);

/* outcome.c: what becomes of the present request. */

void outcome_answer(void *context, const struct http_result *answer); /* http_done */
/* The attempt took too long. */
void outcome_timeout(struct exporter *exporter);
/* It is time for the next attempt, or the wait was cut short. */
void outcome_wait_over(struct exporter *exporter, uint64_t now);
