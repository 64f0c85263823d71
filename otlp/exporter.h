/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots out: encode, send, retry, report. One export at a time; nothing blocks. The rules are
 * those of the OTLP specification 1.11 (retryable outcomes, throttling, partial success, limits).
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct otlp_header {
	const char *name, *value;
};

/* PEM files, which are read again for each connection. */
struct otlp_tls {
	const char *ca_file;		  /* authorities; NULL: the system's */
	const char *cert_file, *key_file; /* our own certificate; NULL: none */
};

/*
 * A request was acknowledged: the receiver will not get again what the live series from `from` up
 * to but not including `to` have in the snapshot (for model_acknowledge). With a partial success
 * too: which points it rejected is not said, and it must not be sent them again.
 */
typedef void export_acknowledged(
	void *context, const struct snapshot_place *from, const struct snapshot_place *to);

/* A request, before compression; `bytes` are valid until it has an outcome. */
struct export_request {
	const void *bytes;
	size_t length;
	uint64_t points;		/* in it */
	struct snapshot_place from, to; /* as for export_acknowledged */
};

/* A request is about to be sent for the first time. */
typedef void export_sending(void *context, const struct export_request *request);

struct exporter_options {
	const char *url; /* full URL of the metrics resource */
	const struct otlp_header *headers;
	size_t header_count;
	struct otlp_tls tls;
	bool gzip;
	uint64_t request_timeout_ns; /* one request with all its retries */
	size_t request_limit;	     /* bytes before compression; 0: LIMIT_REQUEST_BYTES */
	const char *user_agent;
	uint64_t random_seed;	   /* of the retry jitter */
	uint64_t retry_initial_ns; /* first wait before a retry; 0: 1 s */

	/*
	 * For snapshots with deltas: a request that the receiver may have accepted without saying
	 * so is sent again, byte for byte, until its outcome is known. No time limit ends that but
	 * exporter_hurry.
	 */
	bool insist;
	/* May be NULL. Called during exports; must not call the exporter. */
	export_acknowledged *acknowledged;
	void *acknowledged_context;
	/* May be NULL. As above, with the same context. */
	export_sending *sending;
};

/* How one export ended. Every point of the snapshot is counted once: exported, rejected or failed.
 */
struct export_result {
	uint64_t exported;   /* points that the receiver accepted */
	uint64_t rejected;   /* points refused in partial successes */
	uint64_t failed;     /* points not delivered, as far as is known */
	uint64_t unresolved; /* those of them that may have been accepted (`insist` only) */
	uint32_t requests, attempts;
	uint64_t duration_ns;
	int http_status;	/* of the last answer; 0: none */
	const char *error_type; /* static; low cardinality, for error.type: "503", "timeout",
				 * "connect", ...; NULL if all was delivered */
	char error[256]; /* sentence for the log; "" if all was delivered and the receiver did not
			    warn */
};

/* Counters since the exporter was made (self-metrics). */
struct exporter_stats {
	uint64_t exported, rejected, failed; /* points */
	uint64_t requests, attempts;
	uint64_t bytes_sent; /* bodies as sent, compressed if so set */
};

struct exporter;

int exporter_new(struct exporter **exporter, struct loop *loop,
	const struct exporter_options *options, struct err *err) MUST_CHECK;
/* Cancels what is under way without calling back. Accepts NULL. */
void exporter_free(struct exporter *exporter);

typedef void export_done(void *context, const struct export_result *result);

/*
 * Deliver the snapshot, which must stay unchanged until `done` is called (from the loop, or before
 * this returns if there is nothing to send). All requests together end by `deadline`
 * (CLOCK_MONOTONIC ns). -EBUSY if an export is under way.
 */
int exporter_export(struct exporter *exporter, const struct snapshot *snapshot, uint64_t deadline,
	export_done *done, void *context) MUST_CHECK;
/*
 * Deliver a request of another process, which may have been accepted already: the same bytes are
 * sent until it is known that it was, or that it cannot be. No time limit ends that but
 * exporter_hurry. The bytes are copied. `acknowledged` and `sending` are not called; the request
 * was accepted if nothing of the result failed. -EBUSY, -ENOMEM.
 */
int exporter_resend(struct exporter *exporter, const struct export_request *request,
	export_done *done, void *context) MUST_CHECK;
/* End the export under way by `deadline` if that is earlier than its own (shutdown). */
void exporter_hurry(struct exporter *exporter, uint64_t deadline);
bool exporter_busy(const struct exporter *exporter);
/* What is wrong with the request under way: a sentence for the log, the same as long as nothing
 * changes. False if nothing went wrong yet. */
bool exporter_trouble(const struct exporter *exporter, char *text, size_t room);

const struct exporter_stats *exporter_stats(const struct exporter *exporter);
/* Where it sends to, for self-metrics. */
const char *exporter_server_address(const struct exporter *exporter);
int exporter_server_port(const struct exporter *exporter);
