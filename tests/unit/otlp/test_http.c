/* SPDX-License-Identifier: Apache-2.0 */
/* What the transport says; what follows from it is tested with the exporter. */
#include "otlp/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sink/sink.h"
#include "test.h"

struct fixture {
	struct loop *loop;
	struct sink *sink;
	struct http *http;
	char url[128];
	int done;
	struct http_result result; /* pointers below */
	char retry_after[64], content_type[64], error[256];
	uint8_t body[256];
};

static void make_http(struct fixture *fixture, const char *url)
{
	struct http_options options = {.url = url, .user_agent = "test/1"};
	struct err err = {""};

	http_free(fixture->http);
	if (http_new(&fixture->http, fixture->loop, &options, &err))
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->loop = loop_new(NULL);
	fixture->sink = sink_new(fixture->loop, 0, NULL);
	if (!fixture->loop || !fixture->sink)
		return -1;
	snprintf(fixture->url, sizeof(fixture->url), "http://127.0.0.1:%u/v1/metrics",
		sink_port(fixture->sink));
	make_http(fixture, fixture->url);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	http_free(fixture->http);
	sink_free(fixture->sink);
	loop_free(fixture->loop);
	free(fixture);
	return 0;
}

static void on_done(void *context, const struct http_result *result)
{
	struct fixture *fixture = context;

	fixture->done++;
	fixture->result = *result;
	snprintf(fixture->retry_after, sizeof(fixture->retry_after), "%s",
		result->retry_after ? result->retry_after : "(none)");
	snprintf(fixture->content_type, sizeof(fixture->content_type), "%s",
		result->content_type ? result->content_type : "(none)");
	snprintf(fixture->error, sizeof(fixture->error), "%s", result->error);
	if (result->body_length <= sizeof(fixture->body) && result->body_length)
		memcpy(fixture->body, result->body, result->body_length);
}

static void post(struct fixture *fixture, const void *body, size_t length)
{
	fixture->done = 0;
	assert_int_equal(
		http_post(fixture->http, body, length, 10 * NSEC_PER_SEC, on_done, fixture), 0);
	assert_int_equal(fixture->done, 0);
	while (!fixture->done)
		assert_int_equal(loop_run_once(fixture->loop, true, NULL), 0);
	assert_int_equal(fixture->done, 1);
}

static void script(struct fixture *fixture, const char *behaviour)
{
	assert_int_equal(sink_script(fixture->sink, behaviour, NULL), 0);
}

static void test_result(void **state)
{
	struct fixture *fixture = *state;

	post(fixture, "", 0);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_NONE);
	assert_int_equal(fixture->result.status, 200);
	assert_false(fixture->result.reused);
	assert_string_equal(fixture->retry_after, "(none)");
	assert_string_equal(fixture->content_type, "application/x-protobuf");
	assert_int_equal(fixture->result.body_length, 2);
	assert_memory_equal(fixture->body, "\x0a\x00", 2);
	assert_string_equal(fixture->error, "");
	script(fixture, "503;retry-after=17;plain=overloaded");
	post(fixture, "x", 1);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_NONE);
	assert_int_equal(fixture->result.status, 503);
	assert_true(fixture->result.reused);
	assert_true(http_was_sent(fixture->http));
	assert_string_equal(fixture->retry_after, "17");
	assert_string_equal(fixture->content_type, "text/plain; charset=utf-8");
	assert_int_equal(fixture->result.body_length, 10);
	assert_memory_equal(fixture->body, "overloaded", 10);
	/* Nothing of it is left in the next result. */
	script(fixture, "204");
	post(fixture, "x", 1);
	assert_int_equal(fixture->result.status, 204);
	assert_string_equal(fixture->retry_after, "(none)");
	assert_string_equal(fixture->content_type, "(none)");
	assert_int_equal(fixture->result.body_length, 0);
	assert_int_equal(sink_connection_count(fixture->sink), 1);
}

static void test_large_body(void **state)
{
	enum {
		SIZE = 4 << 20
	};
	struct fixture *fixture = *state;
	uint8_t *body = malloc(SIZE);

	assert_non_null(body);
	for (size_t i = 0; i < SIZE; i++)
		body[i] = (uint8_t)(i * 7 + i / 251);
	post(fixture, body, SIZE);
	assert_int_equal(fixture->result.status, 200);
	assert_int_equal(sink_request(fixture->sink, 0)->length, SIZE);
	assert_memory_equal(sink_request(fixture->sink, 0)->body, body, SIZE);
	free(body);
}

static void test_failures(void **state)
{
	static const struct {
		const char *script;
		enum http_failure failure;
		int status;
	} rows[] = {
		{"cut", HTTP_FAILURE_CUT, 0},
		{"cut-middle", HTTP_FAILURE_CUT, 200},
		{"garbage", HTTP_FAILURE_GARBAGE, 0},
		{"oversize", HTTP_FAILURE_TOO_LARGE, 200},
		{"bomb", HTTP_FAILURE_TOO_LARGE, 200},
		{"flood", HTTP_FAILURE_TOO_LARGE, 200},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		script(fixture, rows[i].script);
		post(fixture, "x", 1);
		assert_int_equal(fixture->result.failure, rows[i].failure);
		assert_int_equal(fixture->result.status, rows[i].status);
		assert_true(fixture->error[0] != '\0');
		assert_true(http_was_sent(fixture->http));
		/* and after each of them it goes on */
		post(fixture, "x", 1);
		assert_int_equal(fixture->result.status, 200);
		sink_close_connections(fixture->sink);
	}
	http_release(fixture->http);
	sink_free(fixture->sink);
	fixture->sink = NULL;
	post(fixture, "x", 1);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_CONNECT);
	assert_int_equal(fixture->result.status, 0);
	assert_false(fixture->result.reused);
	assert_false(http_was_sent(fixture->http));
}

static void stop_listening(void *context, const struct sink_request *request)
{
	(void)request;
	sink_close_listener(context);
}

/* The server reads the request and dies: libcurl, which takes the connection for one that was
 * closed while it was idle, tries again and finds nobody. The first time all was sent. */
static void test_sent_before_the_last_attempt(void **state)
{
	struct fixture *fixture = *state;

	post(fixture, "x", 1);
	assert_false(fixture->result.repeated);
	script(fixture, "cut");
	script(fixture, "500");
	post(fixture, "x", 1);
	assert_int_equal(fixture->result.status, 500);
	assert_true(fixture->result.repeated);
	sink_on_request(fixture->sink, stop_listening, fixture->sink);
	script(fixture, "cut");
	post(fixture, "x", 1);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_CONNECT);
	assert_int_equal(sink_request_count(fixture->sink), 4);
	assert_true(http_was_sent(fixture->http));
	/* And now really never. */
	post(fixture, "x", 1);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_CONNECT);
	assert_false(http_was_sent(fixture->http));
	assert_false(fixture->result.repeated);
}

/* More than both sockets hold, to a server that reads a part of it. */
static void test_not_sent_to_its_end(void **state)
{
	enum {
		SIZE = 32 << 20
	};
	struct fixture *fixture = *state;
	uint8_t *body = calloc(1, SIZE);

	assert_non_null(body);
	script(fixture, "cut-early");
	post(fixture, body, SIZE);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_CUT);
	assert_int_equal(sink_request_count(fixture->sink), 0);
	assert_false(http_was_sent(fixture->http));
	free(body);
}

static void test_no_such_host(void **state)
{
	struct fixture *fixture = *state;

	make_http(fixture, "http://"
			   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			   ".invalid/");
	post(fixture, "x", 1);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_RESOLVE);
}

static void test_not_tls(void **state)
{
	struct fixture *fixture = *state;
	char url[128];

	/* A server of plain HTTP where TLS is expected: it waits for more, then the time for
	 * connecting is over. */
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/", sink_port(fixture->sink));
	make_http(fixture, url);
	fixture->done = 0;
	assert_int_equal(http_post(fixture->http, "x", 1, 20 * NSEC_PER_MSEC, on_done, fixture), 0);
	while (!fixture->done)
		assert_int_equal(loop_run_once(fixture->loop, true, NULL), 0);
	assert_int_equal(fixture->result.failure, HTTP_FAILURE_CONNECT);
	assert_int_equal(sink_request_count(fixture->sink), 0);
}

static void test_busy_and_cancel(void **state)
{
	struct fixture *fixture = *state;

	script(fixture, "hang");
	assert_int_equal(http_post(fixture->http, "x", 1, NSEC_PER_SEC, on_done, fixture), 0);
	assert_int_equal(http_post(fixture->http, "y", 1, NSEC_PER_SEC, on_done, fixture), -EBUSY);
	while (!sink_request_count(fixture->sink))
		assert_int_equal(loop_run_once(fixture->loop, true, NULL), 0);
	http_cancel(fixture->http);
	http_cancel(fixture->http);
	assert_true(http_was_sent(fixture->http));
	assert_int_equal(fixture->done, 0);
	/* The connection with the pending answer is not used again. */
	post(fixture, "z", 1);
	assert_int_equal(fixture->result.status, 200);
	assert_int_equal(sink_connection_count(fixture->sink), 2);
	/* Before anything was sent. */
	assert_int_equal(http_post(fixture->http, "x", 1, NSEC_PER_SEC, on_done, fixture), 0);
	http_cancel(fixture->http);
	assert_false(http_was_sent(fixture->http));
	post(fixture, "z", 1);
	assert_int_equal(fixture->result.status, 200);
}

static void test_url_for_people(void **state)
{
	struct fixture *fixture = *state;

	make_http(fixture, "http://user:secret@host.example/v1/metrics?x=1");
	assert_string_equal(http_url(fixture->http), "http://host.example/v1/metrics?x=1");
	assert_string_equal(http_host(fixture->http), "host.example");
	assert_int_equal(http_port(fixture->http), 80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_result),
		TEST(test_large_body),
		TEST(test_failures),
		TEST(test_sent_before_the_last_attempt),
		TEST(test_not_sent_to_its_end),
		TEST(test_no_such_host),
		TEST(test_not_tls),
		TEST(test_busy_and_cancel),
		TEST(test_url_for_people),
	};

	/* libcurl would ask it for 127.0.0.1 too. */
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
