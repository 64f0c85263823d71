/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What receivers answer: ExportMetricsServiceResponse to a success, google.rpc.Status to a failure,
 * and whatever proxies and wrong servers send instead. Hostile bytes: memory is bounded, text comes
 * out as printable UTF-8.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
	RESPONSE_TEXT_BYTES = 200
};

struct response {
	uint64_t rejected; /* data points; not checked against what was sent */
	char message[RESPONSE_TEXT_BYTES + 1];
};

/*
 * Body of a 2xx answer. An empty body is full success, whatever its type. 0, or -EBADMSG if
 * something is there that is not an ExportMetricsServiceResponse: such an answer does not come from
 * an OTLP receiver and acknowledges nothing. `content_type` may be NULL: not said, taken for right.
 */
int response_decode(const uint8_t *body, size_t length, const char *content_type,
	struct response *response, struct err *err) MUST_CHECK;

/*
 * Text of a failure's body: Status.message if it is of the protobuf type, otherwise the text
 * itself; "" if there is none. Writes at most `room` bytes with the NUL.
 */
void response_text(
	const uint8_t *body, size_t length, const char *content_type, char *out, size_t room);
