/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/retry.h"

#include <errno.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "test.h"

static const uint64_t now = UINT64_C(784111777) *
			    UINT64_C(1000000000); /* Sun, 06 Nov 1994 08:49:37 */

static void test_statuses(void **state)
{
	(void)state;
	for (int status = 100; status <= 599; status++) {
		struct verdict verdict = classify(status, HTTP_FAILURE_NONE, NULL, now);

		if (status >= 200 && status <= 299) {
			assert_int_equal(verdict.action, VERDICT_DELIVERED);
			assert_null(verdict.error_type);
			continue;
		}
		if (status == 429 || status == 502 || status == 503 || status == 504)
			assert_int_equal(verdict.action, VERDICT_RETRY);
		else
			assert_int_equal(verdict.action, VERDICT_REFUSED);
		assert_non_null(verdict.error_type);
		assert_false(verdict.throttled);
	}
	assert_string_equal(classify(503, HTTP_FAILURE_NONE, NULL, now).error_type, "503");
	assert_string_equal(classify(404, HTTP_FAILURE_NONE, NULL, now).error_type, "404");
	assert_string_equal(classify(599, HTTP_FAILURE_NONE, NULL, now).error_type, "http_status");
}

static void test_failures(void **state)
{
	static const struct {
		enum http_failure failure;
		int status;
		enum verdict_action action;
		const char *error_type;
	} rows[] = {
		{HTTP_FAILURE_RESOLVE, 0, VERDICT_RETRY, "resolve"},
		{HTTP_FAILURE_CONNECT, 0, VERDICT_RETRY, "connect"},
		{HTTP_FAILURE_TIMEOUT, 0, VERDICT_RETRY, "timeout"},
		{HTTP_FAILURE_CUT, 0, VERDICT_RETRY, "cut"},
		/* 200 without its end says nothing; 400 and 503 do */
		{HTTP_FAILURE_CUT, 200, VERDICT_RETRY, "cut"},
		{HTTP_FAILURE_CUT, 400, VERDICT_REFUSED, "400"},
		{HTTP_FAILURE_CUT, 503, VERDICT_RETRY, "503"},
		{HTTP_FAILURE_TLS, 0, VERDICT_REFUSED, "tls"},
		{HTTP_FAILURE_GARBAGE, 0, VERDICT_REFUSED, "garbage"},
		/* OTLP: over the limit is not retryable, whatever the status */
		{HTTP_FAILURE_TOO_LARGE, 200, VERDICT_REFUSED, "too_large"},
		{HTTP_FAILURE_TOO_LARGE, 503, VERDICT_REFUSED, "too_large"},
		{HTTP_FAILURE_OTHER, 0, VERDICT_REFUSED, "other"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct verdict verdict = classify(rows[i].status, rows[i].failure, NULL, now);

		assert_int_equal(verdict.action, rows[i].action);
		assert_string_equal(verdict.error_type, rows[i].error_type);
	}
}

/* What may have been accepted, and what never was. */
static void test_unknown_and_final(void **state)
{
	static const struct {
		int status;
		enum http_failure failure;
		bool unknown, final;
	} rows[] = {
		{0, HTTP_FAILURE_TIMEOUT, true, false},
		{0, HTTP_FAILURE_CUT, true, false},
		{0, HTTP_FAILURE_GARBAGE, true, false},
		{0, HTTP_FAILURE_OTHER, true, false},
		/* if the request was sent on a connection that was kept before */
		{0, HTTP_FAILURE_CONNECT, true, false},
		{200, HTTP_FAILURE_CUT, true, false},
		{200, HTTP_FAILURE_TOO_LARGE, true, false},
		{500, HTTP_FAILURE_TOO_LARGE, false, false},
		{503, HTTP_FAILURE_CUT, false, false},
		{504, HTTP_FAILURE_CUT, true, false},
		{504, HTTP_FAILURE_TOO_LARGE, true, false},
		{502, HTTP_FAILURE_NONE, true, false},
		{504, HTTP_FAILURE_NONE, true, false},
		{503, HTTP_FAILURE_NONE, false, false},
		{429, HTTP_FAILURE_NONE, false, false},
		{500, HTTP_FAILURE_NONE, false, false},
		{401, HTTP_FAILURE_NONE, false, false},
		{404, HTTP_FAILURE_NONE, false, false},
		{307, HTTP_FAILURE_NONE, false, false},
		{400, HTTP_FAILURE_NONE, false, true},
		{400, HTTP_FAILURE_CUT, false, true},
		{413, HTTP_FAILURE_NONE, false, true},
		{415, HTTP_FAILURE_NONE, false, true},
		{422, HTTP_FAILURE_NONE, false, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct verdict verdict = classify(rows[i].status, rows[i].failure, NULL, now);

		assert_int_equal(verdict.unknown, rows[i].unknown);
		assert_int_equal(verdict.final, rows[i].final);
	}
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *text;
		int ret;
		uint64_t wait;
	} rows[] = {
		{"0", 0, 0},
		{"1", 0, NSEC_PER_SEC},
		{" 120 ", 0, 120 * NSEC_PER_SEC},
		{"007", 0, 7 * NSEC_PER_SEC},
		{"99999999999999999999999", 0, UINT64_MAX},
		{"18446744073709551615", 0, UINT64_MAX},
		{"Sun, 06 Nov 1994 08:49:39 GMT", 0, 2 * NSEC_PER_SEC},
		{"Sunday, 06-Nov-94 08:50:37 GMT", 0, 60 * NSEC_PER_SEC},
		{"Sun Nov  6 08:49:38 1994", 0, NSEC_PER_SEC},
		{"Sun, 06 Nov 1994 08:49:00 GMT", 0, 0},
		{"", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{"1.5", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
		{"1 s", -EINVAL, 0},
		{"soon", -EINVAL, 0},
		{"1111111111111111111111111111111111111111111111111111111111111111111111", -EINVAL,
			0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct verdict verdict;
		uint64_t wait = 0;

		assert_int_equal(retry_after_parse(rows[i].text, now, &wait), rows[i].ret);
		assert_true(wait == rows[i].wait);
		verdict = classify(503, HTTP_FAILURE_NONE, rows[i].text, now);
		assert_int_equal(verdict.action, VERDICT_RETRY);
		assert_int_equal(verdict.throttled, rows[i].ret == 0);
		assert_true(!verdict.throttled || verdict.wait_ns == rows[i].wait);
	}
	assert_false(classify(400, HTTP_FAILURE_NONE, "1", now).throttled);
}

static void test_backoff(void **state)
{
	struct backoff backoff = {.random = 42, .initial = BACKOFF_INITIAL_NS}, twin = backoff;
	double expected = 1;
	uint64_t first, again;

	(void)state;
	for (int i = 0; i < 20; i++) {
		double wait = (double)backoff_next(&backoff) / 1e9;

		assert_true(wait >= expected * 0.799 && wait <= expected * 1.201);
		expected = expected * 1.5 > 30 ? 30 : expected * 1.5;
	}
	/* The same seed, the same waits; another, others. */
	backoff = twin;
	first = backoff_next(&backoff);
	assert_true(first == backoff_next(&twin));
	backoff_reset(&backoff);
	again = backoff_next(&backoff);
	assert_true(again != first);
	assert_in_range(again, 800000000, 1200000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_unknown_and_final),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
