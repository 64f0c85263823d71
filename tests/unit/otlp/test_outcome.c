/* SPDX-License-Identifier: Apache-2.0 */
/* What an exporter that insists makes of every kind of answer. Without that, see test_exporter.c.
 */
#include "otlp/exporter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "otlp/exporting.h"
#include "otlp/leaping_clock.h"
#include "test.h"

static void on_acknowledged(
	void *context, const struct snapshot_place *from, const struct snapshot_place *to)
{
	struct fixture *fixture = context;
	const struct snapshot *snapshot = fixture->sample.snapshot;

	for (size_t s = from->scope; s < snapshot->scope_count && s <= to->scope; s++) {
		const struct scope *scope = snapshot->scopes[s];

		for (size_t m = s == from->scope ? from->metric : 0; m < scope->metric_count; m++) {
			const struct metric *metric = scope->metrics[m];
			bool is_first = s == from->scope && m == from->metric;
			bool is_last = s == to->scope && m == to->metric;

			if (s == to->scope && m > to->metric)
				return;
			for (uint32_t i = is_first ? from->series : 0;
				i < (is_last ? to->series : metric->series_count); i++)
				fixture->acknowledged += series_is_live(metric, i);
		}
	}
}

/* Longer than any export here may take. */
#define TIMEOUT_NS (60 * NSEC_PER_SEC)

/* As long as the receiver has a request and hangs, time flies: its time-out comes then, and never
 * while it is still on its way. */
static struct loop_timer flight;

static void on_flight(void *context)
{
	struct fixture *fixture = context;

	clock_leap(TIMEOUT_NS / 12);
	if (!fixture->done &&
		exporter_stats(fixture->exporter)->attempts == sink_request_count(fixture->sink))
		loop_timer_set(&flight, clock_monotonic_ns());
}

static void on_request(void *context, const struct sink_request *request)
{
	(void)context;
	if (!strcmp(request->behaviour, "hang"))
		loop_timer_set(&flight, clock_monotonic_ns());
}

static int setup(void **state)
{
	struct fixture *fixture;

	if (exporting_setup(state))
		return -1;
	fixture = *state;
	fixture->options.insist = true;
	fixture->options.acknowledged = on_acknowledged;
	fixture->options.acknowledged_context = fixture;
	fixture->options.request_timeout_ns = TIMEOUT_NS;
	sink_on_request(fixture->sink, on_request, NULL);
	loop_timer_init(&flight, fixture->loop, on_flight, fixture);
	make_exporter(fixture);
	return 0;
}

static void finish(struct fixture *fixture)
{
	wait_for_result(fixture);
	assert_int_equal(
		fixture->acknowledged, fixture->result.exported + fixture->result.rejected);
}

static void check_same_bytes(const struct fixture *fixture)
{
	const struct sink_request *first = sink_request(fixture->sink, 0);

	for (size_t i = 1; i < sink_request_count(fixture->sink); i++) {
		const struct sink_request *again = sink_request(fixture->sink, i);

		assert_int_equal(again->length, first->length);
		assert_memory_equal(again->body, first->body, first->length);
	}
}

static void test_outcomes(void **state)
{
	static const struct {
		const char *script[6];
		uint64_t exported;
		uint32_t attempts;
		const char *error_type;
	} rows[] = {
		/* Nobody knows: the same bytes again. */
		{{"hang"}, 9, 2, NULL},
		{{"cut"}, 9, 2, NULL},
		{{"cut-early"}, 9, 2, NULL},
		{{"cut-middle"}, 9, 2, NULL},
		{{"garbage"}, 9, 2, NULL},
		{{"bad-body"}, 9, 2, NULL},
		{{"wrong-type"}, 9, 2, NULL},
		{{"oversize"}, 9, 2, NULL},
		{{"bomb"}, 9, 2, NULL},
		{{"flood"}, 9, 2, NULL},
		{{"502"}, 9, 2, NULL},
		{{"504"}, 9, 2, NULL},
		/* Refusals of a later attempt say nothing about the first. */
		{{"hang", "401", "404", "500", "redirect"}, 9, 6, NULL},
		{{"garbage", "408", "hang", "503", "403"}, 9, 6, NULL},
		{{"504", "429;retry-after=0", "501"}, 9, 4, NULL},
		/* Refusals of the bytes themselves do. */
		{{"cut", "503", "400"}, 0, 3, "400"},
		{{"hang", "415"}, 0, 2, "415"},
		{{"504", "422"}, 0, 2, "422"},
		{{"garbage", "413"}, 0, 2, "413"},
		/* Refused, and known to be. */
		{{"400"}, 0, 1, "400"},
		{{"401"}, 0, 1, "401"},
		{{"500"}, 0, 1, "500"},
		{{"redirect"}, 0, 1, "307"},
		{{"503", "429", "404"}, 0, 3, "404"},
		/* Accepted, and some of it not: it must not be sent again. */
		{{"cut", "partial;rejected=2"}, 7, 2, "rejected"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fixture *fixture;

		assert_int_equal(setup(state), 0);
		fixture = *state;
		for (size_t s = 0; s < 6 && rows[i].script[s]; s++)
			SCRIPT(fixture, rows[i].script[s]);
		begin(fixture, TIMEOUT_NS);
		finish(fixture);
		print_message("%s: %s\n", rows[i].script[0], fixture->result.error);
		assert_int_equal(fixture->result.exported, rows[i].exported);
		assert_int_equal(fixture->result.unresolved, 0);
		assert_int_equal(fixture->result.exported + fixture->result.rejected +
					 fixture->result.failed,
			SAMPLE_POINTS);
		assert_int_equal(fixture->result.requests, 1);
		assert_int_equal(fixture->result.attempts, rows[i].attempts);
		if (rows[i].error_type)
			assert_string_equal(fixture->result.error_type, rows[i].error_type);
		else
			assert_null(fixture->result.error_type);
		check_same_bytes(fixture);
		exporting_teardown(state);
	}
}

/* libcurl itself sends the request once more when a connection that was kept is cut; the refusal
 * that it meets then says nothing about the first time. */
static void test_what_libcurl_repeats(void **state)
{
	struct fixture *fixture = *state;

	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	SCRIPT(fixture, "cut");
	SCRIPT(fixture, "500");
	SCRIPT(fixture, "ok");
	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	assert_int_equal(fixture->result.exported, SAMPLE_POINTS);
	assert_int_equal(fixture->result.attempts, 2);
	assert_int_equal(sink_request_count(fixture->sink), 4);
	check_same_bytes(fixture);
}

static void test_ranges_of_several_requests(void **state)
{
	struct fixture *fixture = *state;
	uint64_t points[3];

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 30, 300);
	fixture->options.request_limit = 4096;
	make_exporter(fixture);
	SCRIPT(fixture, "ok");
	SCRIPT(fixture, "400");
	SCRIPT(fixture, "partial;rejected=2");
	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	assert_int_equal(sink_request_count(fixture->sink), 3);
	for (size_t i = 0; i < 3; i++)
		points[i] = sink_request(fixture->sink, i)->points;
	assert_int_equal(fixture->acknowledged, points[0] + points[2]);
	assert_int_equal(fixture->result.failed, points[1]);
}

/* Points that were passed over were not carried. */
static void test_what_is_too_large_is_not_acknowledged(void **state)
{
	struct fixture *fixture = *state;

	fixture->options.request_limit = 230;
	make_exporter(fixture);
	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	assert_int_equal(fixture->acknowledged, SAMPLE_POINTS - 2);
	assert_int_equal(fixture->result.failed, 2);
}

static void test_no_deadline_ends_it(void **state)
{
	struct fixture *fixture = *state;

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 30, 300);
	fixture->options.request_limit = 4096;
	fixture->options.request_timeout_ns = 0;
	make_exporter(fixture);
	for (int i = 0; i < 4; i++)
		SCRIPT(fixture, "hang");
	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	/* The first request got through, the time for the others was over long ago. */
	assert_int_equal(fixture->result.attempts, 5);
	assert_int_equal(fixture->result.requests, 1);
	check_same_bytes(fixture);
	assert_int_equal(fixture->result.exported, sink_request(fixture->sink, 0)->points);
	assert_int_equal(fixture->result.exported + fixture->result.failed, 30);
	assert_string_equal(fixture->result.error_type, "timeout");
	assert_true(fixture->result.duration_ns >= 4 * TIMEOUT_NS);
}

/* That its first attempt has little time must not mean that no answer ever comes in time. */
static void test_a_late_request_has_time_for_an_answer(void **state)
{
	const uint64_t deadline = TIMEOUT_NS + TIMEOUT_NS / 2;
	struct fixture *fixture = *state;

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 30, 300);
	fixture->options.request_limit = 4096;
	make_exporter(fixture);
	/* The second request begins shortly before the deadline. */
	SCRIPT(fixture, "hang", "ok", "hang", "hang", "ok");
	begin(fixture, deadline);
	finish(fixture);
	assert_int_equal(fixture->result.requests, 2);
	assert_int_equal(fixture->result.attempts, 5);
	assert_true(fixture->result.duration_ns >= deadline + TIMEOUT_NS);
}

static void test_hurry_ends_it(void **state)
{
	static const char *const scripts[] = {"*hang", "*cut"};

	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct fixture *fixture;
		char text[512];

		assert_int_equal(setup(state), 0);
		fixture = *state;
		SCRIPT(fixture, scripts[i]);
		begin(fixture, TIMEOUT_NS);
		assert_false(exporter_trouble(fixture->exporter, text, sizeof(text)));
		wait_for_request(fixture, 4);
		assert_true(exporter_trouble(fixture->exporter, text, sizeof(text)));
		assert_non_null(strstr(text, fixture->url));
		assert_non_null(strstr(text, "sent again until it is known"));
		assert_int_equal(fixture->done, 0);
		exporter_hurry(fixture->exporter, clock_monotonic_ns() + 20 * NSEC_PER_MSEC);
		finish(fixture);
		assert_false(exporter_trouble(fixture->exporter, text, sizeof(text)));
		assert_int_equal(fixture->result.failed, SAMPLE_POINTS);
		assert_int_equal(fixture->result.unresolved, SAMPLE_POINTS);
		assert_non_null(strstr(fixture->result.error, "not knowing"));
		exporting_teardown(state);
	}
	*state = NULL;
}

/* An hour at most, whatever the receiver asks for; and even that can be hurried. */
static void test_hurry_ends_a_long_wait(void **state)
{
	struct fixture *fixture = *state;

	char text[512] = "";

	SCRIPT(fixture, "hang");
	SCRIPT(fixture, "503;retry-after=99999999999999999999");
	begin(fixture, TIMEOUT_NS);
	/* The answer comes; it does not end the export. */
	while (!strstr(text, "answered 503")) {
		assert_int_equal(loop_run_once(fixture->loop, true, NULL), 0);
		assert_int_equal(fixture->done, 0);
		(void)exporter_trouble(fixture->exporter, text, sizeof(text));
	}
	exporter_hurry(fixture->exporter, clock_monotonic_ns());
	finish(fixture);
	assert_int_equal(fixture->result.unresolved, SAMPLE_POINTS);
	assert_string_equal(fixture->result.error_type, "503");
}

static void test_never_sent_is_known(void **state)
{
	struct fixture *fixture = *state;

	sink_free(fixture->sink);
	fixture->sink = NULL;
	/* No second attempt is worth it. */
	fixture->options.request_timeout_ns = 10 * NSEC_PER_SEC;
	fixture->options.retry_initial_ns = TIMEOUT_NS;
	make_exporter(fixture);
	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	assert_int_equal(fixture->result.failed, SAMPLE_POINTS);
	assert_int_equal(fixture->result.unresolved, 0);
	assert_string_equal(fixture->result.error_type, "connect");
}

static void test_too_large_for_a_proxy(void **state)
{
	struct fixture *fixture = *state;
	uint64_t accepted = 0;

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 400, 1000);
	SCRIPT(fixture, "413;plain=Request Entity Too Large");
	SCRIPT(fixture, "ok");
	SCRIPT(fixture, "413");
	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	assert_null(fixture->result.error_type);
	assert_int_equal(fixture->result.exported, 400);
	assert_int_equal(fixture->result.failed, 0);
	for (size_t i = 0; i < sink_request_count(fixture->sink); i++) {
		if (sink_request(fixture->sink, i)->accepted)
			accepted += sink_request(fixture->sink, i)->points;
	}
	assert_int_equal(accepted, 400);
	assert_int_equal(sink_request_count(fixture->sink), fixture->result.requests);
	/* And from now on at once. */
	begin(fixture, TIMEOUT_NS);
	finish(fixture);
	assert_int_equal(fixture->result.exported, 400);
	assert_in_range(fixture->result.requests, 4, 5);
}

/* The requests that went out, one behind the other. */
struct sent {
	struct buf bytes;
	size_t count;
	uint64_t points;
	struct snapshot_place from, to;
};

static void on_sending(void *context, const struct export_request *request)
{
	struct sent *sent = context;

	buf_put(&sent->bytes, request->bytes, request->length);
	sent->points += request->points;
	if (!sent->count++)
		sent->from = request->from;
	else
		assert_true(sent->to.series <= request->from.series);
	sent->to = request->to;
}

static void test_told_of_every_request(void **state)
{
	struct fixture *fixture = *state;
	struct sent sent = {.bytes = {.limit = 1 << 20}};
	size_t at = 0;

	sample_free(&fixture->sample);
	sample_new_many(&fixture->sample, 50, 300);
	fixture->options.sending = on_sending;
	fixture->options.acknowledged_context = &sent;
	fixture->options.acknowledged = NULL;
	fixture->options.request_limit = 4096;
	make_exporter(fixture);
	SCRIPT(fixture, "ok", "cut", "503");
	begin(fixture, TIMEOUT_NS);
	wait_for_result(fixture);
	assert_int_equal(fixture->result.exported, 50);
	assert_int_equal(sent.count, fixture->result.requests);
	assert_true(sent.count > 2);
	assert_int_equal(sent.points, 50);
	assert_int_equal(sent.from.series, 0);
	/* Each once, whatever the number of attempts, as it was sent. */
	for (size_t i = 0; i < sink_request_count(fixture->sink); i++) {
		const struct sink_request *request = sink_request(fixture->sink, i);

		if (!request->accepted)
			continue;
		assert_memory_equal(sent.bytes.data + at, request->body, request->length);
		at += request->length;
	}
	assert_int_equal(at, sent.bytes.length);
	buf_fini(&sent.bytes);
}

/* It may have been accepted before this exporter was made. */
static void test_request_of_another_process(void **state)
{
	static const struct {
		const char *script[5];
		size_t requests;
		bool accepted;
	} cases[] = {
		{{"ok"}, 1, true},
		{{"partial;rejected=2"}, 1, true},
		{{"503", "401", "404", "ok"}, 4, true},
		{{"cut", "500", "garbage"}, 4, true},
		{{"400"}, 1, false},
		{{"413"}, 1, false},
		{{"502", "422"}, 2, false},
	};
	static const char bytes[] = "are not looked at";
	const struct export_request request = {
		.bytes = bytes, .length = sizeof(bytes), .points = 7};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		struct fixture *fixture;
		size_t n = i / 2;

		assert_int_equal(setup((void **)&fixture), 0);
		fixture->options.gzip = i % 2;
		fixture->options.retry_initial_ns = NSEC_PER_MSEC;
		fixture->options.sending = on_sending;
		make_exporter(fixture);
		script(fixture, cases[n].script);
		fixture->done = 0;
		assert_int_equal(exporter_resend(fixture->exporter, &request, on_done, fixture), 0);
		assert_int_equal(
			exporter_resend(fixture->exporter, &request, on_done, fixture), -EBUSY);
		wait_for_result(fixture);
		assert_int_equal(sink_request_count(fixture->sink), cases[n].requests);
		for (size_t k = 0; k < cases[n].requests; k++) {
			const struct sink_request *sent = sink_request(fixture->sink, k);

			assert_int_equal(sent->inflated, sizeof(bytes));
			check_same_bytes(fixture);
		}
		assert_int_equal(fixture->result.failed, cases[n].accepted ? 0 : 7);
		assert_int_equal(fixture->result.exported + fixture->result.rejected,
			cases[n].accepted ? 7 : 0);
		assert_int_equal(fixture->result.unresolved, 0);
		assert_int_equal(fixture->acknowledged, 0);
		/* The next export is one like any other. */
		fixture->options.sending = NULL;
		make_exporter(fixture);
		begin(fixture, TIMEOUT_NS);
		finish(fixture);
		assert_int_equal(fixture->result.exported, SAMPLE_POINTS);
		exporting_teardown((void **)&fixture);
	}
}

/* As long as nobody answers, only a stop ends it, and then nothing is known. */
static void test_request_of_another_process_at_a_stop(void **state)
{
	struct fixture *fixture = *state;
	const struct export_request request = {.bytes = "x", .length = 1, .points = 7};

	SCRIPT(fixture, "*hang");
	assert_int_equal(exporter_resend(fixture->exporter, &request, on_done, fixture), 0);
	wait_for_request(fixture, 1);
	exporter_hurry(fixture->exporter, clock_monotonic_ns() + 50 * NSEC_PER_MSEC);
	wait_for_result(fixture);
	assert_int_equal(fixture->result.failed, 7);
	assert_int_equal(fixture->result.unresolved, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, exporting_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		TEST(test_what_libcurl_repeats),
		TEST(test_ranges_of_several_requests),
		TEST(test_what_is_too_large_is_not_acknowledged),
		TEST(test_no_deadline_ends_it),
		TEST(test_a_late_request_has_time_for_an_answer),
		cmocka_unit_test(test_hurry_ends_it),
		TEST(test_hurry_ends_a_long_wait),
		TEST(test_never_sent_is_known),
		TEST(test_too_large_for_a_proxy),
		TEST(test_told_of_every_request),
		cmocka_unit_test(test_request_of_another_process),
		TEST(test_request_of_another_process_at_a_stop),
	};

	/* libcurl would ask it for 127.0.0.1 too. */
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
