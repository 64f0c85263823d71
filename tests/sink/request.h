/* SPDX-License-Identifier: Apache-2.0 */
/* One request as the sink received it. */
#pragma once

#include "metrics_service.pb-c.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceRequest otlp_request;
typedef Opentelemetry__Proto__Metrics__V1__Metric otlp_metric;

struct sink_request {
	int connection;	       /* 1 for the first that the sink accepted */
	char *head;	       /* request line and headers, NUL-terminated */
	uint8_t *body;	       /* as received */
	size_t length;	       /* of the body as received */
	size_t inflated;       /* of the body before compression */
	otlp_request *message; /* NULL: not decodable */
	uint64_t points;
	char behaviour[16]; /* its name in the script; "" : the script was over */
	int status;	    /* of the answer; 0: none was given */
	bool accepted;	    /* the client was told so */
	bool again;	    /* the body is that of the request before, byte for byte */
	int receiver; /* status from the receiver behind the sink; 0: not asked, or no answer */
};

/* Takes `head` and `body`, both from malloc. */
struct sink_request *request_new(int connection, char *head, uint8_t *body, size_t length);
void request_free(struct sink_request *request);

/* Length of the first line and the headers, with the empty line; 0: not complete. */
size_t head_length(const struct buf *in);
/* What their Content-Length says; SIZE_MAX if it is not there or too large. */
size_t head_body_length(const char *head);

/* Value of a header as a new string, or NULL. */
char *request_header(const struct sink_request *request, const char *name);
/* Points of one metric. */
uint64_t metric_points(const otlp_metric *metric);
