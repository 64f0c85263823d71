/* SPDX-License-Identifier: Apache-2.0 */
/* Exporter and receiver in one loop. Times are bounds, nothing waits for them but where a test is
 * about a time limit. */
#include "otlp/exporter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "otlp/exporting.h"
#include "test.h"

static void finish(struct fixture *fixture)
{
	wait_for_result(fixture);
	assert_int_equal(fixture->done, 1);
	assert_false(exporter_busy(fixture->exporter));
}

static void export(struct fixture *fixture)
{
	begin(fixture, 60 * NSEC_PER_SEC);
	finish(fixture);
}

/* Every point of the sample is counted once. */
static void check_counts(
	const struct fixture *fixture, uint64_t exported, uint64_t rejected, uint64_t failed)
{
	const struct exporter_stats *stats = exporter_stats(fixture->exporter);

	assert_int_equal(fixture->result.exported, exported);
	assert_int_equal(fixture->result.rejected, rejected);
	assert_int_equal(fixture->result.failed, failed);
	assert_int_equal(
		stats->exported + stats->rejected + stats->failed, exported + rejected + failed);
	assert_int_equal(stats->requests, fixture->result.requests);
	assert_int_equal(stats->attempts, fixture->result.attempts);
}

static void test_delivered(void **state)
{
	static const struct otlp_header headers[] = {{"X-Tenant", "a b"}, {"X-Empty", ""}};
	struct fixture *fixture = *state;
	const struct sink_request *request;
	char *value;

	fixture->options.headers = headers;
	fixture->options.header_count = 2;
	make_exporter(fixture);
	export(fixture);
	check_counts(fixture, SAMPLE_POINTS, 0, 0);
	assert_int_equal(fixture->result.requests, 1);
	assert_int_equal(fixture->result.attempts, 1);
	assert_int_equal(fixture->result.http_status, 200);
	assert_null(fixture->result.error_type);
	assert_string_equal(fixture->result.error, "");
	request = sink_request(fixture->sink, 0);
	assert_int_equal(request->points, SAMPLE_POINTS);
	assert_int_equal(exporter_stats(fixture->exporter)->bytes_sent, request->length);
	assert_memory_equal(request->head, "POST /v1/metrics HTTP/1.1\r\n", 27);
	assert_non_null(strstr(request->head, "\r\nContent-Type: application/x-protobuf\r\n"));
	assert_non_null(strstr(request->head, "\r\nUser-Agent: test/1\r\n"));
	assert_non_null(strstr(request->head, "\r\nX-Tenant: a b\r\n"));
	value = request_header(request, "X-Empty");
	assert_string_equal(value, "");
	free(value);
	assert_null(strstr(request->head, "Expect"));
	assert_null(strstr(request->head, "Content-Encoding"));
}

static void test_gzip(void **state)
{
	struct fixture *fixture = *state;
	const struct sink_request *request;

	fixture->options.gzip = true;
	make_exporter(fixture);
	export(fixture);
	check_counts(fixture, SAMPLE_POINTS, 0, 0);
	request = sink_request(fixture->sink, 0);
	assert_non_null(strstr(request->head, "\r\nContent-Encoding: gzip\r\n"));
	assert_int_equal(request->points, SAMPLE_POINTS);
	assert_true(request->length < request->inflated);
	assert_int_equal(exporter_stats(fixture->exporter)->bytes_sent, request->length);
}

static void test_nothing_to_send(void **state)
{
	struct fixture *fixture = *state;

	sample_free(&fixture->sample);
	sample_new_empty(&fixture->sample);
	begin(fixture, 60 * NSEC_PER_SEC);
	/* At once: the loop has not run. */
	assert_int_equal(fixture->done, 1);
	check_counts(fixture, 0, 0, 0);
	assert_int_equal(fixture->result.requests, 0);
	assert_int_equal(sink_connection_count(fixture->sink), 0);
}

static void test_outcomes(void **state)
{
	static const struct {
		const char *script[3];
		uint64_t exported, rejected, failed;
		uint32_t attempts;
		int status;
		const char *error_type, *text;
	} rows[] = {
		{{"ok"}, 9, 0, 0, 1, 200, NULL, ""},
		{{"slow"}, 9, 0, 0, 1, 200, NULL, ""},
		{{"202"}, 9, 0, 0, 1, 202, NULL, ""},
		{{"close"}, 9, 0, 0, 1, 200, NULL, ""},
		{{"429"}, 9, 0, 0, 2, 200, NULL, ""},
		{{"502"}, 9, 0, 0, 2, 200, NULL, ""},
		{{"503;message=busy", "503;retry-after=0"}, 9, 0, 0, 3, 200, NULL, ""},
		{{"504;retry-after=Sun, 06 Nov 1994 08:49:37 GMT"}, 9, 0, 0, 2, 200, NULL, ""},
		{{"cut"}, 9, 0, 0, 2, 200, NULL, ""},
		{{"cut-middle"}, 9, 0, 0, 2, 200, NULL, ""},
		{{"partial;rejected=3;message=bad unit"}, 6, 3, 0, 1, 200, "rejected",
			"rejected 3 of 9 data points: bad unit"},
		{{"partial;rejected=1000"}, 0, 9, 0, 1, 200, "rejected", "no reason given"},
		{{"partial;message=deprecated"}, 9, 0, 0, 1, 200, NULL,
			"accepted with a warning: deprecated"},
		{{"400;message=who are you"}, 0, 0, 9, 1, 400, "400", "answered 400: who are you"},
		{{"401;plain=log in"}, 0, 0, 9, 1, 401, "401", "answered 401: log in"},
		{{"404"}, 0, 0, 9, 1, 404, "404", "answered 404"},
		{{"408"}, 0, 0, 9, 1, 408, "408", "answered 408"},
		{{"413"}, 0, 0, 9, 1, 413, "413", "answered 413"},
		{{"500;retry-after=1"}, 0, 0, 9, 1, 500, "500", "answered 500"},
		{{"501"}, 0, 0, 9, 1, 501, "501", "answered 501"},
		{{"599"}, 0, 0, 9, 1, 599, "http_status", "answered 599"},
		{{"redirect"}, 0, 0, 9, 1, 307, "307", "redirects are not followed"},
		{{"garbage"}, 0, 0, 9, 1, 0, "garbage", "HTTP"},
		{{"bad-body"}, 0, 0, 9, 1, 200, "bad_response", "ExportMetricsServiceResponse"},
		{{"wrong-type"}, 0, 0, 9, 1, 200, "bad_response", "text/html"},
		{{"oversize"}, 0, 0, 9, 1, 200, "too_large", "too large"},
		{{"bomb"}, 0, 0, 9, 1, 200, "too_large", "too large"},
		{{"flood"}, 0, 0, 9, 1, 200, "too_large", "too large"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fixture *fixture;

		assert_int_equal(exporting_setup(state), 0);
		fixture = *state;
		for (size_t s = 0; s < 3 && rows[i].script[s]; s++)
			SCRIPT(fixture, rows[i].script[s]);
		export(fixture);
		print_message("%s: %s\n", rows[i].script[0], fixture->result.error);
		check_counts(fixture, rows[i].exported, rows[i].rejected, rows[i].failed);
		assert_int_equal(fixture->result.requests, 1);
		assert_int_equal(fixture->result.attempts, rows[i].attempts);
		assert_int_equal(sink_request_count(fixture->sink), rows[i].attempts);
		if (!rows[i].error_type)
			assert_null(fixture->result.error_type);
		else
			assert_string_equal(fixture->result.error_type, rows[i].error_type);
		assert_int_equal(fixture->result.http_status, rows[i].status);
		if (*rows[i].text)
			assert_non_null(strstr(fixture->result.error, rows[i].text));
		else
			assert_string_equal(fixture->result.error, "");
		exporting_teardown(state);
	}
}

static void test_retry_sends_the_same_bytes(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.gzip = true;
	make_exporter(fixture);
	SCRIPT(fixture, "503", "cut", "503;retry-after=0");
	export(fixture);
	check_counts(fixture, SAMPLE_POINTS, 0, 0);
	/* The cut met a connection that was kept, so that libcurl itself has sent the request once
	 * more. */
	assert_int_equal(fixture->result.attempts, 3);
	assert_int_equal(sink_request_count(fixture->sink), 4);
	for (size_t i = 1; i < 4; i++) {
		const struct sink_request *first = sink_request(fixture->sink, 0);
		const struct sink_request *again = sink_request(fixture->sink, i);

		assert_int_equal(again->length, first->length);
		assert_memory_equal(again->body, first->body, first->length);
	}
}

static void test_requests_stand_for_themselves(void **state)
{
	struct fixture *fixture = *state;
	uint64_t points[3];

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 30, 300);
	fixture->options.request_limit = 4096;
	make_exporter(fixture);
	SCRIPT(fixture, "ok", "400;message=no", "partial;rejected=2");
	export(fixture);
	assert_int_equal(sink_request_count(fixture->sink), 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(sink_request(fixture->sink, i)->inflated <= 4096);
		points[i] = sink_request(fixture->sink, i)->points;
	}
	assert_int_equal(points[0] + points[1] + points[2], 30);
	check_counts(fixture, points[0] + points[2] - 2, 2, points[1]);
	assert_int_equal(fixture->result.requests, 3);
	/* The worst is told. */
	assert_string_equal(fixture->result.error_type, "400");
	assert_int_equal(sink_connection_count(fixture->sink), 1);
}

static void test_a_point_that_is_too_large(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.request_limit = 230;
	make_exporter(fixture);
	export(fixture);
	check_counts(fixture, SAMPLE_POINTS - 2, 0, 2);
	assert_string_equal(fixture->result.error_type, "too_large");
	assert_true(fixture->result.requests > 1);
	assert_int_equal(sink_connection_count(fixture->sink), 1);
}

static void test_connection_is_kept_between_exports(void **state)
{
	struct fixture *fixture = *state;

	export(fixture);
	export(fixture);
	assert_int_equal(fixture->result.exported, SAMPLE_POINTS);
	assert_int_equal(fixture->result.attempts, 1);
	assert_int_equal(exporter_stats(fixture->exporter)->exported, 2 * SAMPLE_POINTS);
	assert_int_equal(sink_connection_count(fixture->sink), 1);
}

static void test_idle_connection_was_closed(void **state)
{
	struct fixture *fixture = *state;

	/* With back-off this would not end within the time limit. */
	fixture->options.retry_initial_ns = 30 * NSEC_PER_SEC;
	fixture->options.request_timeout_ns = 20 * NSEC_PER_SEC;
	make_exporter(fixture);
	export(fixture);
	sink_close_connections(fixture->sink);
	export(fixture);
	assert_int_equal(fixture->result.exported, SAMPLE_POINTS);
	assert_string_equal(fixture->result.error, "");
	assert_int_equal(sink_connection_count(fixture->sink), 2);
	/* The server closes it while the request is on its way. */
	SCRIPT(fixture, "cut");
	export(fixture);
	assert_int_equal(fixture->result.exported, SAMPLE_POINTS);
	assert_string_equal(fixture->result.error, "");
	assert_int_equal(sink_connection_count(fixture->sink), 3);
	assert_int_equal(sink_request_count(fixture->sink), 4);
}

static void test_busy(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture, 60 * NSEC_PER_SEC);
	assert_true(exporter_busy(fixture->exporter));
	assert_int_equal(exporter_export(fixture->exporter, fixture->sample.snapshot, UINT64_MAX,
				 on_done, fixture),
		-EBUSY);
	finish(fixture);
	check_counts(fixture, SAMPLE_POINTS, 0, 0);
	export(fixture);
}

static void test_hurry_ends_a_hanging_request(void **state)
{
	struct fixture *fixture = *state;

	SCRIPT(fixture, "hang");
	fixture->options.request_timeout_ns = 0;
	make_exporter(fixture);
	begin(fixture, 3600 * NSEC_PER_SEC);
	wait_for_request(fixture, 1);
	assert_int_equal(fixture->done, 0);
	exporter_hurry(fixture->exporter, loop_now(fixture->loop) + 7200 * NSEC_PER_SEC);
	exporter_hurry(fixture->exporter, loop_now(fixture->loop));
	assert_int_equal(fixture->done, 0);
	finish(fixture);
	check_counts(fixture, 0, 0, SAMPLE_POINTS);
	assert_string_equal(fixture->result.error_type, "timeout");
	assert_int_equal(fixture->result.http_status, 0);
	/* The next export is not disturbed. */
	export(fixture);
	assert_int_equal(fixture->result.exported, SAMPLE_POINTS);
}

static void test_hurry_ends_a_wait(void **state)
{
	struct fixture *fixture = *state;

	SCRIPT(fixture, "503;retry-after=600;message=later");
	fixture->options.request_timeout_ns = 0;
	make_exporter(fixture);
	begin(fixture, 3600 * NSEC_PER_SEC);
	wait_for_request(fixture, 1);
	/* The answer comes; it does not end the export. */
	for (int i = 0; i < 10; i++)
		assert_int_equal(loop_run_once(fixture->loop, false, NULL), 0);
	assert_int_equal(fixture->done, 0);
	exporter_hurry(fixture->exporter, loop_now(fixture->loop) + NSEC_PER_SEC);
	finish(fixture);
	check_counts(fixture, 0, 0, SAMPLE_POINTS);
	assert_string_equal(fixture->result.error_type, "503");
	assert_non_null(
		strstr(fixture->result.error, "answered 503: later; gave up after attempt 1"));
}

static void test_time_limit_of_a_request(void **state)
{
	struct fixture *fixture = *state;

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 30, 300);
	fixture->options.request_limit = 4096;
	fixture->options.request_timeout_ns = 20 * NSEC_PER_MSEC;
	make_exporter(fixture);
	SCRIPT(fixture, "hang", "hang", "hang");
	export(fixture);
	check_counts(fixture, 0, 0, 30);
	assert_int_equal(fixture->result.requests, 3);
	assert_string_equal(fixture->result.error_type, "timeout");
	assert_true(fixture->result.duration_ns >= 60 * NSEC_PER_MSEC);
}

static void test_time_limit_of_the_export(void **state)
{
	struct fixture *fixture = *state;

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 30, 300);
	fixture->options.request_limit = 4096;
	fixture->options.request_timeout_ns = 0;
	make_exporter(fixture);
	SCRIPT(fixture, "ok", "hang");
	begin(fixture, 50 * NSEC_PER_MSEC);
	finish(fixture);
	assert_true(fixture->result.exported + fixture->result.failed == 30);
	assert_true(fixture->result.failed > 0);
	assert_string_equal(fixture->result.error_type, "timeout");
	/* One that is over before it began. */
	fixture->done = 0;
	assert_int_equal(
		exporter_export(fixture->exporter, fixture->sample.snapshot, 1, on_done, fixture),
		0);
	finish(fixture);
	assert_int_equal(fixture->result.failed, 30);
	assert_int_equal(fixture->result.requests, 0);
	assert_string_equal(fixture->result.error_type, "timeout");
}

static void test_wait_beyond_the_time_limit_gives_up_at_once(void **state)
{
	struct fixture *fixture = *state;

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 30, 300);
	fixture->options.request_limit = 4096;
	fixture->options.request_timeout_ns = 3600 * NSEC_PER_SEC;
	make_exporter(fixture);
	SCRIPT(fixture, "503;retry-after=7200;message=later");
	begin(fixture, 7000 * NSEC_PER_SEC);
	finish(fixture);
	/* What is left is not sent either: it was asked to stay away. */
	check_counts(fixture, 0, 0, 30);
	assert_int_equal(fixture->result.requests, 1);
	assert_int_equal(fixture->result.attempts, 1);
	assert_string_equal(fixture->result.error_type, "503");
	assert_non_null(strstr(fixture->result.error, "asks to wait 7200 s"));
}

static void test_back_off_beyond_the_time_limit_gives_up_at_once(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.retry_initial_ns = 30 * NSEC_PER_SEC;
	fixture->options.request_timeout_ns = 20 * NSEC_PER_SEC;
	make_exporter(fixture);
	SCRIPT(fixture, "503;retry-after=-5");
	export(fixture);
	check_counts(fixture, 0, 0, SAMPLE_POINTS);
	assert_string_equal(fixture->result.error_type, "503");
	assert_non_null(strstr(fixture->result.error, "gave up after attempt 1"));
}

static void test_nobody_listens(void **state)
{
	struct fixture *fixture = *state;

	sink_free(fixture->sink);
	fixture->sink = NULL;
	fixture->options.request_timeout_ns = 50 * NSEC_PER_MSEC;
	make_exporter(fixture);
	export(fixture);
	check_counts(fixture, 0, 0, SAMPLE_POINTS);
	assert_true(fixture->result.attempts > 1);
	assert_int_equal(fixture->result.http_status, 0);
	assert_string_equal(fixture->result.error_type, "connect");
	assert_non_null(strstr(fixture->result.error, fixture->url));
}

static void test_no_such_host(void **state)
{
	struct fixture *fixture = *state;

	/* A label of more than 63 characters: no resolver has to be asked. */
	fixture->options.url =
		"http://"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		".invalid:4318/v1/metrics";
	fixture->options.retry_initial_ns = 30 * NSEC_PER_SEC;
	fixture->options.request_timeout_ns = 20 * NSEC_PER_SEC;
	make_exporter(fixture);
	export(fixture);
	check_counts(fixture, 0, 0, SAMPLE_POINTS);
	assert_int_equal(fixture->result.attempts, 1);
	assert_string_equal(fixture->result.error_type, "resolve");
}

static void test_free_while_busy(void **state)
{
	struct fixture *fixture = *state;

	SCRIPT(fixture, "hang", "503;retry-after=600");
	fixture->options.request_timeout_ns = 0;
	begin(fixture, 3600 * NSEC_PER_SEC);
	wait_for_request(fixture, 1);
	exporter_free(fixture->exporter);
	fixture->exporter = NULL;
	make_exporter(fixture);
	begin(fixture, 3600 * NSEC_PER_SEC);
	wait_for_request(fixture, 2);
	for (int i = 0; i < 10; i++)
		assert_int_equal(loop_run_once(fixture->loop, false, NULL), 0);
	exporter_free(fixture->exporter);
	fixture->exporter = NULL;
	for (int i = 0; i < 10; i++)
		assert_int_equal(loop_run_once(fixture->loop, false, NULL), 0);
	assert_int_equal(fixture->done, 0);
	exporter_free(NULL);
}

static void on_done_free(void *context, const struct export_result *result)
{
	struct fixture *fixture = context;

	on_done(context, result);
	exporter_free(fixture->exporter);
	fixture->exporter = NULL;
}

static void test_free_in_the_callback(void **state)
{
	static const char *const scripts[] = {"ok", "400", "garbage"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		SCRIPT(fixture, scripts[i]);
		make_exporter(fixture);
		fixture->done = 0;
		assert_int_equal(
			exporter_export(fixture->exporter, fixture->sample.snapshot,
				clock_monotonic_ns() + 60 * NSEC_PER_SEC, on_done_free, fixture),
			0);
		while (!fixture->done)
			assert_int_equal(loop_run_once(fixture->loop, true, NULL), 0);
		assert_null(fixture->exporter);
	}
}

static void test_options(void **state)
{
	static const struct {
		const char *url, *name, *value, *text;
	} rows[] = {
		{"", NULL, NULL, "not a URL"},
		{"localhost:4318", NULL, NULL, "URL"},
		{"ftp://localhost/", NULL, NULL, "http or https"},
		{"file:///etc/passwd", NULL, NULL, "http or https"},
		{"http://local host/", NULL, NULL, "not a URL"},
		{"http://h/", "a b", "x", "\"a b\""},
		{"http://h/", "", "x", "header name"},
		{"http://h/", "a", "x\r\nEvil: 1", "control character"},
		{"http://h/", "content-type", "x", "set by otelbpf"},
	};
	struct fixture *fixture = *state;
	struct exporter *exporter = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct otlp_header header = {rows[i].name, rows[i].value};
		struct exporter_options options = {
			.url = rows[i].url, .user_agent = "t", .headers = &header};
		struct err err = {""};

		options.header_count = rows[i].name != NULL;
		assert_int_equal(exporter_new(&exporter, fixture->loop, &options, &err), -EINVAL);
		assert_non_null(strstr(err.text, rows[i].text));
		assert_null(exporter);
	}
}

static void test_server_address(void **state)
{
	static const struct {
		const char *url, *address;
		int port;
	} rows[] = {
		{"http://collector:4318/v1/metrics", "collector", 4318},
		{"http://collector/v1/metrics", "collector", 80},
		{"HTTPS://user:secret@collector.example.com/x", "collector.example.com", 443},
		{"http://[::1]:4318", "::1", 4318},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fixture->options.url = rows[i].url;
		make_exporter(fixture);
		assert_string_equal(exporter_server_address(fixture->exporter), rows[i].address);
		assert_int_equal(exporter_server_port(fixture->exporter), rows[i].port);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, exporting_setup, exporting_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_delivered),
		TEST(test_gzip),
		TEST(test_nothing_to_send),
		cmocka_unit_test(test_outcomes),
		TEST(test_retry_sends_the_same_bytes),
		TEST(test_requests_stand_for_themselves),
		TEST(test_a_point_that_is_too_large),
		TEST(test_connection_is_kept_between_exports),
		TEST(test_idle_connection_was_closed),
		TEST(test_busy),
		TEST(test_hurry_ends_a_hanging_request),
		TEST(test_hurry_ends_a_wait),
		TEST(test_time_limit_of_a_request),
		TEST(test_time_limit_of_the_export),
		TEST(test_wait_beyond_the_time_limit_gives_up_at_once),
		TEST(test_back_off_beyond_the_time_limit_gives_up_at_once),
		TEST(test_nobody_listens),
		TEST(test_no_such_host),
		TEST(test_free_while_busy),
		TEST(test_free_in_the_callback),
		TEST(test_options),
		TEST(test_server_address),
	};

	/* libcurl would ask it for 127.0.0.1 too. */
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
