/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http_url.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "test.h"

static void test_good(void **state)
{
	static const struct {
		const char *text, *told, *host;
		int port;
	} rows[] = {
		{"http://localhost:4318/v1/metrics", "http://localhost:4318/v1/metrics",
			"localhost", 4318},
		{"http://user:secret@host.example/v1?x=1", "http://host.example/v1?x=1",
			"host.example", 80},
		{"HTTPS://host.example/", "https://host.example/", "host.example", 443},
		{"http://[::1]:80/", "http://[::1]:80/", "::1", 80},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct http_url url = {.port = 0};

		assert_int_equal(http_url_read(&url, rows[i].text, NULL), 0);
		assert_string_equal(url.text, rows[i].told);
		assert_string_equal(url.host, rows[i].host);
		assert_int_equal(url.port, rows[i].port);
		http_url_fini(&url);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text, *mistake;
	} rows[] = {
		{"", "is not a URL"},
		{"localhost:4318", "is not a URL"},
		{"http://", "is not a URL"},
		{"http://h:65536/", "is not a URL"},
		{"http://h:port/", "is not a URL"},
		{"ftp://host.example/", "expected a URL of http or https"},
		{"file:///etc/passwd", "expected a URL of http or https"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct http_url url = {.port = 0};
		struct err err = {""};

		assert_int_equal(http_url_read(&url, rows[i].text, &err), -EINVAL);
		assert_non_null(strstr(err.text, rows[i].mistake));
		assert_null(url.text);
		http_url_fini(&url);
	}
}

static void test_length(void **state)
{
	char *text = malloc(LIMIT_URL_BYTES + 2);
	struct http_url url = {.port = 0};
	struct err err = {""};

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LIMIT_URL_BYTES + 1);
	memcpy(text, "http://h/", 9);
	text[LIMIT_URL_BYTES + 1] = '\0';
	assert_int_equal(http_url_read(&url, text, &err), -EINVAL);
	assert_non_null(strstr(err.text, "longer than"));
	text[LIMIT_URL_BYTES] = '\0';
	assert_int_equal(http_url_read(&url, text, NULL), 0);
	http_url_fini(&url);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
