/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer, or its absence, means for a request: OTLP 1.11, "OTLP/HTTP Response", "Failures",
 * "All Other Responses", "OTLP/HTTP Connection". Pure: time and randomness are arguments.
 */
#pragma once

#include "base/compiler.h"
#include "otlp/http.h"

#include <stdbool.h>
#include <stdint.h>

enum verdict_action {
	/* 2xx. OTLP names 200 alone; by HTTP semantics (RFC 9110, 15.3) every 2xx says "accepted".
	 */
	VERDICT_DELIVERED,
	/* 429, 502, 503, 504; no connection; an answer that did not come or is not complete */
	VERDICT_RETRY,
	/* every other status, redirects included; an answer that is not HTTP or too large; bad
	 * certificates */
	VERDICT_REFUSED,
};

struct verdict {
	enum verdict_action action;
	bool throttled; /* the answer said when to come back */
	/* The points may have been accepted all the same, if the receiver got the whole request: no
	 * answer, one that cannot be understood, or a gateway that had none itself. */
	bool unknown;
	/* Refused for what it is: the same bytes were not accepted before either. */
	bool final;
	uint64_t wait_ns;	/* that long from now, if throttled */
	const char *error_type; /* static; for error.type; NULL if delivered */
};

/* `status` 0: no answer. `retry_after` may be NULL; what cannot be understood counts as not there.
 * `now`: UNIX ns. */
struct verdict classify(
	int status, enum http_failure failure, const char *retry_after, uint64_t now);

/* Retry-After (RFC 9110, 10.2.3): seconds, or an HTTP-date, which may be past: 0 ns. -EINVAL for
 * anything else. */
int retry_after_parse(const char *text, uint64_t now, uint64_t *wait_ns) MUST_CHECK;

/* Exponential back-off with jitter: `initial`, times 1.5 for each, at most 30 s; each times 0.8
 * to 1.2. */
struct backoff {
	uint64_t random;  /* state of the generator; any seed */
	uint64_t initial; /* ns */
	uint64_t next;	  /* ns without jitter; 0: initial */
};

#define BACKOFF_INITIAL_NS UINT64_C(1000000000)
#define BACKOFF_MAX_NS	   UINT64_C(30000000000)

void backoff_reset(struct backoff *backoff);
uint64_t backoff_next(struct backoff *backoff); /* ns to wait */
