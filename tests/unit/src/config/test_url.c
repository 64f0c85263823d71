/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "config/url.h"

static void good(void **state)
{
	static const struct {
		const char *text, *path, *url;
	} rows[] = {
		/* the examples of the OTLP exporter specification */
		{"http://collector:4318", "v1/metrics", "http://collector:4318/v1/metrics"},
		{"http://collector:4318/mycollector/", "v1/metrics",
			"http://collector:4318/mycollector/v1/metrics"},
		{"http://collector:4318", NULL, "http://collector:4318/"},
		{"https://collector.example.com/v1/metrics/", NULL,
			"https://collector.example.com/v1/metrics/"},
		{"http://h/prefix", "v1/metrics", "http://h/prefix/v1/metrics"},
		{"http://h/", "v1/metrics", "http://h/v1/metrics"},
		{"http://h/a//", "v1/metrics", "http://h/a//v1/metrics"},
		{"HtTpS://h", NULL, "https://h/"},
		{"http://h:", NULL, "http://h:/"},
		{"http://[::1]:4318", "v1/metrics", "http://[::1]:4318/v1/metrics"},
		{"http://[fe80::1%25eth0]", NULL, "http://[fe80::1%25eth0]/"},
		{"http://127.0.0.1:65535/x?a=b", "v1/metrics",
			"http://127.0.0.1:65535/x/v1/metrics?a=b"},
		{"http://h?a=b", NULL, "http://h/?a=b"},
		{"http://h/x?a=b#c", NULL, "http://h/x?a=b"},
		{"http://h/x#c", NULL, "http://h/x"},
		{"http://my_host-1.ns.svc", NULL, "http://my_host-1.ns.svc/"},
	};
	struct arena arena = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *url = NULL;
		bool user = true;

		if (url_parse(rows[i].text, rows[i].path, &arena, &url, &user, &err))
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_string_equal(url, rows[i].url);
		assert_false(user);
	}
	arena_fini(&arena);
}

static void user_is_taken_out(void **state)
{
	static const char *const texts[] = {
		"http://me:secret@h/p", "http://me@h/p", "http://a@b:c@h/p", "http://@h/p"};
	struct arena arena = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *url;
		bool user = false;

		assert_int_equal(url_parse(texts[i], NULL, &arena, &url, &user, NULL), 0);
		assert_string_equal(url, "http://h/p");
		assert_true(user);
	}
	arena_fini(&arena);
}

static void bad(void **state)
{
	static const char *const texts[] = {"", "h", "h:4318", "localhost:4318/v1/metrics", "//h",
		"http:/h", "http:h", "http://", "http:///x", "http://:4318", "https://?x",
		"ftp://h", "grpc://h", "unix:///x", "http://h:x", "http://h:0", "http://h:65536",
		"http://h:123456789", "http://h:-1", "http://h:80:81", "http://h i", "http://h/a b",
		"http://h/\n", "http://h/\x01", "http://h/<>", "http://h/\"", "http://[::1",
		"http://[::1]x", "http://[zz::]", "http://[]", "http://::1", "http://a,b/",
		"http://me@", "http://h/\x7f", "http://h\xc3\xa4/"};
	struct arena arena = {0};
	char longest[LIMIT_URL_BYTES + 2];
	struct err err;
	const char *url;
	bool user;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		err.text[0] = '\0';
		if (url_parse(texts[i], NULL, &arena, &url, &user, &err) != -EINVAL)
			fail_msg("'%s' is taken for a URL", texts[i]);
		assert_true(strlen(err.text) > 10);
	}
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "http://h/", 9);
	longest[LIMIT_URL_BYTES + 1] = '\0';
	assert_int_equal(url_parse(longest, NULL, &arena, &url, &user, &err), -EINVAL);
	longest[LIMIT_URL_BYTES] = '\0';
	assert_int_equal(url_parse(longest, NULL, &arena, &url, &user, &err), 0);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(user_is_taken_out),
		cmocka_unit_test(bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
