/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/response.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "metrics_service.pb-c.h"
#include "status.pb-c.h"

#include "base/str.h"

#define PROTOBUF_TYPE "application/x-protobuf"

/*
 * protobuf-c takes some 60 bytes for each unknown field, of which a body of 4 MiB can hold two
 * million: decoding may take this much beyond the size of the body.
 */
enum {
	DECODE_BYTES = 1 << 20
};

struct budget {
	size_t left;
};

static void *budget_alloc(void *data, size_t size)
{
	struct budget *budget = data;

	if (size > budget->left)
		return NULL;
	budget->left -= size;
	return malloc(size);
}

static void budget_free(void *data, void *pointer)
{
	(void)data;
	free(pointer);
}

static bool is_protobuf(const char *content_type)
{
	const size_t length = strlen(PROTOBUF_TYPE);

	if (!content_type)
		return true;
	/* Parameters may follow (RFC 9110, 8.3.1). */
	return !strncasecmp(content_type, PROTOBUF_TYPE, length) &&
	       strchr("; \t", content_type[length]);
}

/* Valid UTF-8 in one line: control characters become blanks. */
static void copy_text(char *out, size_t room, const char *text, size_t length)
{
	size_t end;

	if (!room)
		return;
	if (length > 4 * room)
		length = 4 * room;
	end = utf8_sanitize(out, room - 1, text, length);
	out[end] = '\0';
	for (size_t i = 0; i < end; i++) {
		unsigned char c = (unsigned char)out[i];

		if (c < ' ' || c == 0x7f)
			out[i] = ' ';
		/* U+0080 to U+009F: control characters too */
		if (c == 0xc2 && (unsigned char)out[i + 1] < 0xa0)
			out[i] = out[i + 1] = ' ';
	}
	while (end && out[end - 1] == ' ')
		out[--end] = '\0';
}

int response_decode(const uint8_t *body, size_t length, const char *content_type,
	struct response *response, struct err *err)
{
	struct budget budget = {.left = DECODE_BYTES + length};
	ProtobufCAllocator allocator = {budget_alloc, budget_free, &budget};
	Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceResponse *decoded;
	char type[80];

	*response = (struct response){0};
	if (!length)
		return 0;
	if (!is_protobuf(content_type)) {
		copy_text(type, sizeof(type), content_type, strlen(content_type));
		return err_set(err, -EBADMSG,
			"the answer is of type %s, expected " PROTOBUF_TYPE
			": is this the metrics URL of an OTLP receiver?",
			type);
	}
	decoded =
		opentelemetry__proto__collector__metrics__v1__export_metrics_service_response__unpack(
			&allocator, length, body);
	if (!decoded)
		return err_set(err, -EBADMSG,
			"the answer (%zu bytes) is not an ExportMetricsServiceResponse", length);
	if (decoded->partial_success) {
		const char *message = decoded->partial_success->error_message;
		int64_t rejected = decoded->partial_success->rejected_data_points;

		response->rejected = rejected > 0 ? (uint64_t)rejected : 0;
		copy_text(response->message, sizeof(response->message), message, strlen(message));
	}
	opentelemetry__proto__collector__metrics__v1__export_metrics_service_response__free_unpacked(
		decoded, &allocator);
	return 0;
}

void response_text(
	const uint8_t *body, size_t length, const char *content_type, char *out, size_t room)
{
	struct budget budget = {.left = DECODE_BYTES + length};
	ProtobufCAllocator allocator = {budget_alloc, budget_free, &budget};
	Google__Rpc__Status *status;

	copy_text(out, room, "", 0);
	if (!length)
		return;
	if (!content_type || !is_protobuf(content_type)) {
		copy_text(out, room, (const char *)body, length);
		return;
	}
	status = google__rpc__status__unpack(&allocator, length, body);
	if (!status)
		return;
	copy_text(out, room, status->message, strlen(status->message));
	google__rpc__status__free_unpacked(status, &allocator);
}
