/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "metrics_service.pb-c.h"
#include "status.pb-c.h"

#include "base/str.h"

static const struct {
	const char *name;
	enum behaviour_kind kind;
	const char *help;
} kinds[] = {
	{"ok", BEHAVE_OK, "take the request, or pass it on (-f)"},
	{"partial", BEHAVE_PARTIAL, "200, partial success: see rejected=, message="},
	{"slow", BEHAVE_SLOW, "as ok, but the answer comes byte by byte"},
	{"close", BEHAVE_CLOSE, "as ok, then the connection is closed without notice"},
	{"hang", BEHAVE_HANG, "no answer, the connection stays open"},
	{"cut", BEHAVE_CUT, "no answer, the connection is closed"},
	{"cut-early", BEHAVE_CUT_EARLY, "closed when a part of the request has come"},
	{"cut-middle", BEHAVE_CUT_MIDDLE, "closed in the middle of the answer"},
	{"garbage", BEHAVE_GARBAGE, "an answer that is not HTTP"},
	{"bad-body", BEHAVE_BAD_BODY, "200, but the body is not protobuf"},
	{"wrong-type", BEHAVE_WRONG_TYPE, "200, but the body is an HTML page"},
	{"redirect", BEHAVE_REDIRECT, "307 to the same address"},
	{"oversize", BEHAVE_OVERSIZE, "200 with a body of 5 MiB"},
	{"bomb", BEHAVE_BOMB, "200 with 64 KiB of gzip that become 64 MiB"},
	{"flood", BEHAVE_FLOOD, "200 with 4 MiB of headers"},
};

static const struct {
	const char *name, *help;
} parts[] = {
	{"retry-after=TEXT", "the header, in seconds or as a date"},
	{"message=TEXT", "the reason, as google.rpc.Status or in the partial success"},
	{"plain=TEXT", "the reason, as text"},
	{"rejected=N", "points of a partial success that were not taken"},
	{"away=MILLISECONDS", "after the request no connections are accepted for that long"},
	{"pass-on", "with -f: pass the request on first, and keep the answer back"},
};

void behaviours_print(void)
{
	printf("BEHAVIOUR, one for each request; when there are none left all are \"ok\":\n");
	printf("  %-18s%s\n", "100 to 999", "that status");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		printf("  %-18s%s\n", kinds[i].name, kinds[i].help);
	printf("with parts behind it, each after a ';' (\"503;retry-after=2\"):\n");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		printf("  %-18s%s\n", parts[i].name, parts[i].help);
	printf("A '*' in front (\"*hang\"): for all requests from this one on.\n");
}

static int parse_name(struct behaviour *behaviour, const char *name, struct err *err)
{
	uint64_t status;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].name, name)) {
			behaviour->kind = kinds[i].kind;
			return 0;
		}
	}
	if (str_to_u64(name, &status) || status < 100 || status > 999)
		return err_set(err, -EINVAL, "\"%s\" is no behaviour of the sink", name);
	behaviour->kind = BEHAVE_STATUS;
	behaviour->status = (int)status;
	return 0;
}

static int parse_part(struct behaviour *behaviour, char *part, struct err *err)
{
	char *value = strchr(part, '=');

	if (!strcmp(part, "pass-on")) {
		behaviour->pass_on = true;
		return 0;
	}
	if (!value)
		return err_set(err, -EINVAL, "\"%s\": expected NAME=VALUE", part);
	*value++ = '\0';
	if (!strcmp(part, "retry-after")) {
		snprintf(behaviour->retry_after, sizeof(behaviour->retry_after), "%s", value);
	} else if (!strcmp(part, "message") || !strcmp(part, "plain")) {
		snprintf(behaviour->text, sizeof(behaviour->text), "%s", value);
		behaviour->plain = !strcmp(part, "plain");
	} else if (!strcmp(part, "rejected")
			   ? str_to_u64(value, &behaviour->rejected)
			   : strcmp(part, "away") || str_to_u64(value, &behaviour->away_ms)) {
		return err_set(err, -EINVAL, "\"%s=%s\" is not understood", part, value);
	}
	return 0;
}

int behaviour_parse(struct behaviour *behaviour, const char *text, struct err *err)
{
	char copy[512], *rest = copy, *part;
	int ret;

	*behaviour = (struct behaviour){.forever = *text == '*', .status = 200};
	snprintf(copy, sizeof(copy), "%s", text + behaviour->forever);
	part = strsep(&rest, ";");
	snprintf(behaviour->name, sizeof(behaviour->name), "%s", part);
	ret = parse_name(behaviour, part, err);
	while (!ret && (part = strsep(&rest, ";")))
		ret = parse_part(behaviour, part, err);
	return ret;
}

static void put_head(struct buf *out, int status, const char *type, size_t length)
{
	buf_printf(out, "HTTP/1.1 %d Sink\r\n", status);
	if (type)
		buf_printf(out, "Content-Type: %s\r\n", type);
	buf_printf(out, "Content-Length: %zu\r\n", length);
}

static void put_partial(struct buf *out, const struct behaviour *behaviour)
{
	Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsServiceResponse response =
		OPENTELEMETRY__PROTO__COLLECTOR__METRICS__V1__EXPORT_METRICS_SERVICE_RESPONSE__INIT;
	Opentelemetry__Proto__Collector__Metrics__V1__ExportMetricsPartialSuccess partial =
		OPENTELEMETRY__PROTO__COLLECTOR__METRICS__V1__EXPORT_METRICS_PARTIAL_SUCCESS__INIT;
	uint8_t body[512];
	size_t length;

	/* As the Collector does it, a full success too has an (empty) partial_success. */
	response.partial_success = &partial;
	partial.rejected_data_points = (int64_t)behaviour->rejected;
	partial.error_message = (char *)behaviour->text;
	length =
		opentelemetry__proto__collector__metrics__v1__export_metrics_service_response__pack(
			&response, body);
	put_head(out, 200, "application/x-protobuf", length);
	buf_puts(out, "\r\n");
	buf_put(out, body, length);
}

static void put_status(struct buf *out, const struct behaviour *behaviour)
{
	Google__Rpc__Status status = GOOGLE__RPC__STATUS__INIT;
	uint8_t body[512];
	size_t length;

	if (behaviour->status < 300) {
		put_head(out, behaviour->status, NULL, 0);
		buf_puts(out, "\r\n");
		return;
	}
	status.code = 2;
	status.message = (char *)behaviour->text;
	length = google__rpc__status__pack(&status, body);
	put_head(out, behaviour->status,
		behaviour->plain ? "text/plain; charset=utf-8" : "application/x-protobuf",
		behaviour->plain ? strlen(behaviour->text) : length);
	if (*behaviour->retry_after)
		buf_printf(out, "Retry-After: %s\r\n", behaviour->retry_after);
	buf_puts(out, "\r\n");
	if (behaviour->plain)
		buf_puts(out, behaviour->text);
	else
		buf_put(out, body, length);
}

static void put_oversize(struct buf *out)
{
	size_t length = 5 << 20;
	uint8_t *body;

	put_head(out, 200, "application/x-protobuf", length);
	buf_puts(out, "\r\n");
	body = buf_extend(out, length);
	if (body)
		memset(body, 'x', length);
}

static void put_bomb(struct buf *out)
{
	static const Bytef zeros[1 << 20];
	static Bytef packed[256 << 10];
	z_stream stream = {.next_out = packed, .avail_out = sizeof(packed)};
	size_t length;

	deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	for (int i = 0; i < 64; i++) {
		stream.next_in = (Bytef *)zeros;
		stream.avail_in = sizeof(zeros);
		deflate(&stream, i < 63 ? Z_NO_FLUSH : Z_FINISH);
	}
	length = sizeof(packed) - stream.avail_out;
	deflateEnd(&stream);
	put_head(out, 200, "application/x-protobuf", length);
	buf_puts(out, "Content-Encoding: gzip\r\n\r\n");
	buf_put(out, packed, length);
}

static void put_flood(struct buf *out)
{
	buf_puts(out, "HTTP/1.1 200 Sink\r\n");
	for (int i = 0; i < 64 << 10; i++)
		buf_printf(out, "X-Header-%06d: %046d\r\n", i, i);
}

void answer_write(struct buf *out, const struct behaviour *behaviour)
{
	switch (behaviour->kind) {
	case BEHAVE_HANG:
	case BEHAVE_CUT:
	case BEHAVE_CUT_EARLY:
		break;
	case BEHAVE_OK:
	case BEHAVE_SLOW:
	case BEHAVE_CLOSE:
	case BEHAVE_PARTIAL:
		put_partial(out, behaviour);
		break;
	case BEHAVE_STATUS:
		put_status(out, behaviour);
		break;
	case BEHAVE_CUT_MIDDLE:
		put_head(out, 200, "application/x-protobuf", 100);
		buf_puts(out, "\r\nhalf");
		break;
	case BEHAVE_GARBAGE:
		buf_put(out, "\0\0\6\4\0\0\0\0\0\0\5\0\0\100\0", 15);
		break;
	case BEHAVE_BAD_BODY:
		put_head(out, 200, "application/x-protobuf", 4);
		buf_puts(out, "\r\n\n\377\377\377");
		break;
	case BEHAVE_REDIRECT:
		put_head(out, 307, NULL, 0);
		buf_puts(out, "Location: /v1/metrics\r\n\r\n");
		break;
	case BEHAVE_WRONG_TYPE:
		put_head(out, 200, "text/html", 15);
		buf_puts(out, "\r\n<html>Hi</html>");
		break;
	case BEHAVE_OVERSIZE:
		put_oversize(out);
		break;
	case BEHAVE_BOMB:
		put_bomb(out);
		break;
	case BEHAVE_FLOOD:
		put_flood(out);
		break;
	}
}

int answer_status(const struct buf *answer)
{
	static const char version[] = "HTTP/1.1 ";
	const size_t length = sizeof(version) - 1;
	int status = 0;

	if (answer->length < length + 3 || memcmp(answer->data, version, length) != 0)
		return 0;
	for (size_t i = length; i < length + 3; i++) {
		if (answer->data[i] < '0' || answer->data[i] > '9')
			return 0;
		status = 10 * status + answer->data[i] - '0';
	}
	return status;
}

bool answer_closes(const struct behaviour *behaviour)
{
	switch (behaviour->kind) {
	case BEHAVE_CUT:
	case BEHAVE_CUT_EARLY:
	case BEHAVE_CUT_MIDDLE:
	case BEHAVE_GARBAGE:
	case BEHAVE_CLOSE:
		return true;
	default:
		return false;
	}
}

bool answer_accepts(const struct behaviour *behaviour)
{
	switch (behaviour->kind) {
	case BEHAVE_OK:
	case BEHAVE_SLOW:
	case BEHAVE_CLOSE:
	case BEHAVE_PARTIAL:
		return true;
	case BEHAVE_STATUS:
		return behaviour->status >= 200 && behaviour->status <= 299;
	default:
		return false;
	}
}

bool answer_is_receivers(const struct behaviour *behaviour)
{
	return behaviour->kind == BEHAVE_OK || behaviour->kind == BEHAVE_SLOW ||
	       behaviour->kind == BEHAVE_CLOSE;
}
