/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zlib.h>

#include "base/str.h"

enum {
	BODY_BYTES = 64 << 20,
	INFLATED_BYTES = 64 << 20
};

static char *header(const char *line, const char *name)
{
	size_t length = strlen(name);

	while ((line = strstr(line, "\r\n"))) {
		line += 2;
		if (!strncasecmp(line, name, length) && line[length] == ':') {
			line += length + 1;
			line += strspn(line, " \t");
			return strndup(line, strcspn(line, "\r"));
		}
	}
	return NULL;
}

char *request_header(const struct sink_request *request, const char *name)
{
	return header(request->head, name);
}

size_t head_length(const struct buf *in)
{
	const char *end = in->length ? memmem(in->data, in->length, "\r\n\r\n", 4) : NULL;

	return end ? (size_t)(end - (const char *)in->data) + 4 : 0;
}

size_t head_body_length(const char *head)
{
	char *text = header(head, "Content-Length");
	uint64_t length = SIZE_MAX;

	if (!text || str_to_u64(text, &length) || length > BODY_BYTES)
		length = SIZE_MAX;
	free(text);
	return length;
}

uint64_t metric_points(const otlp_metric *metric)
{
	switch (metric->data_case) {
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_GAUGE:
		return metric->gauge->n_data_points;
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_SUM:
		return metric->sum->n_data_points;
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_HISTOGRAM:
		return metric->histogram->n_data_points;
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_EXPONENTIAL_HISTOGRAM:
		return metric->exponential_histogram->n_data_points;
	default:
		return 0;
	}
}

static uint64_t count_points(const otlp_request *message)
{
	uint64_t points = 0;

	for (size_t r = 0; r < message->n_resource_metrics; r++) {
		Opentelemetry__Proto__Metrics__V1__ResourceMetrics *resource =
			message->resource_metrics[r];

		for (size_t s = 0; s < resource->n_scope_metrics; s++) {
			Opentelemetry__Proto__Metrics__V1__ScopeMetrics *scope =
				resource->scope_metrics[s];

			for (size_t m = 0; m < scope->n_metrics; m++)
				points += metric_points(scope->metrics[m]);
		}
	}
	return points;
}

/* NULL if the bytes are not one whole gzip member. */
static uint8_t *inflate_body(const uint8_t *body, size_t length, size_t *inflated)
{
	z_stream stream = {.next_in = (Bytef *)body, .avail_in = (uInt)length};
	size_t room = 4 * length + 4096;
	uint8_t *out = NULL;
	int ret = Z_OK;

	if (inflateInit2(&stream, 15 + 16) != Z_OK)
		abort();
	while (ret == Z_OK && stream.total_out < INFLATED_BYTES) {
		out = realloc(out, room);
		if (!out)
			abort();
		stream.next_out = out + stream.total_out;
		stream.avail_out = (uInt)(room - stream.total_out);
		ret = inflate(&stream, Z_NO_FLUSH);
		room *= 2;
	}
	*inflated = stream.total_out;
	inflateEnd(&stream);
	if (ret == Z_STREAM_END && !stream.avail_in)
		return out;
	free(out);
	return NULL;
}

static void decode(struct sink_request *request)
{
	char *encoding = request_header(request, "Content-Encoding");
	bool packed = encoding && !strcmp(encoding, "gzip");
	uint8_t *plain = request->body;

	free(encoding);
	request->inflated = request->length;
	if (packed)
		plain = inflate_body(request->body, request->length, &request->inflated);
	if (plain)
		request->message =
			opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__unpack(
				NULL, request->inflated, plain);
	if (request->message)
		request->points = count_points(request->message);
	if (packed)
		free(plain);
}

struct sink_request *request_new(int connection, char *head, uint8_t *body, size_t length)
{
	struct sink_request *request = calloc(1, sizeof(*request));

	if (!request)
		abort();
	request->connection = connection;
	request->head = head;
	request->body = body;
	request->length = length;
	decode(request);
	return request;
}

void request_free(struct sink_request *request)
{
	if (!request)
		return;
	if (request->message)
		opentelemetry__proto__collector__metrics__v1__export_metrics_service_request__free_unpacked(
			request->message, NULL);
	free(request->head);
	free(request->body);
	free(request);
}
