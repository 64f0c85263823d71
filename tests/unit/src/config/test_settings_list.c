/* SPDX-License-Identifier: Apache-2.0 */
/* OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES: E-10 and E-11. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/limits.h"
#include "fake_environment.h"

static struct arena arena;
static struct settings settings;
static struct err err;

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

/* "key: value; key: value" */
static const char *joined(const struct pair *pairs, size_t count)
{
	static char text[2048];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s: %s",
			i ? "; " : "", pairs[i].key, pairs[i].value);
	return text;
}

static void load_list(const char *name, const char *list)
{
	size_t size = strlen(name) + strlen(list) + 2;
	char *variable = malloc(size);

	assert_non_null(variable);
	snprintf(variable, size, "%s=%s", name, list);
	if (fake_load(&settings, NULL, &arena, &err, (const char *const[]){variable, NULL}))
		fail_msg("%s", err.text);
	free(variable);
}

struct row {
	const char *list, *expected;
	size_t warnings;
};

static void headers(void **state)
{
	static const struct row rows[] = {
		{" userId = alice  ", "userId: alice", 0},
		{"userId=alice,serverNode=DF%3A28,isProduction=false",
			"userId: alice; serverNode: DF:28; isProduction: false", 0},
		{"userId = alice+test", "userId: alice+test", 0},
		{"namespace=localhost/test", "namespace: localhost/test", 0},
		{"userId:alice", "", 1},
		{"missing=%XX,userId=alice", "userId: alice", 1},
		{"%XX=missing", "%XX: missing", 0},
		{"valid-key=value,invalid key=value", "valid-key: value", 1},
		{"user%2Did=42,user%20name=alice%20smith",
			"user%2Did: 42; user%20name: alice smith", 0},
		{"a=b=c", "a: b=c", 0},
		{"a=", "a: ", 0},
		{"=a,b=1", "b: 1", 1},
		{"a=1,,b=2,", "a: 1; b: 2", 0},
		{"a=1\t,\tb=2", "a: 1; b: 2", 0},
		{"a=1,A=2", "A: 2", 0}, /* header names have no case */
		{"authorization=Bearer%20x%3D%3D", "authorization: Bearer x==", 0},
		{"a=%C3%A4", "a: \xc3\xa4", 0},
		{"a=x;y=z", "a: x;y=z", 0}, /* metadata is not supported: it is the value */
		{"a=%0d%0aevil:%201,b=1", "b: 1", 1},
		{"a=%0A,b=1", "b: 1", 1},
		{"a=%00,b=1", "b: 1", 1},
		{"a=%7f,b=1", "b: 1", 1},
		{"a=x%09y", "a: x\ty", 0},
		{"a=%FF,b=1", "b: 1", 1},
		{"a=%,b=%4,c=1", "c: 1", 2},
		{"a\x01z=1,c=1", "c: 1", 1},
		{"a(b)=1", "", 1},
		{"\xc3\xa4=1", "", 1},
		{"Content-Type=text/plain,content-length=3,x=1", "x: 1", 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		load_list("OTEL_EXPORTER_OTLP_HEADERS", rows[i].list);
		if (strcmp(joined(settings.headers, settings.header_count), rows[i].expected) ||
			fake_warning_count() != rows[i].warnings)
			fail_msg("%s: found '%s' and warnings %s", rows[i].list,
				joined(settings.headers, settings.header_count), fake_warnings);
	}
}

static void header_secrets_stay_out_of_warnings(void **state)
{
	(void)state;
	load_list("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%,b c=secret,secret");
	assert_int_equal(fake_warning_count(), 3);
	assert_null(strstr(fake_warnings, "secret"));
	assert_non_null(strstr(fake_warnings,
		"OTEL_EXPORTER_OTLP_HEADERS: member 2 ('b c') is ignored: its name is not a "
		"header name\n"));
}

static void headers_are_bounded(void **state)
{
	char list[LIMIT_HEADER_BYTES + 64];
	size_t used = 0;

	(void)state;
	for (int i = 0; i < LIMIT_HEADERS + 3; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "h%d=x,", i);
	load_list("OTEL_EXPORTER_OTLP_HEADERS", list);
	assert_int_equal(settings.header_count, LIMIT_HEADERS);
	assert_int_equal(fake_warning_count(), 3);
	memset(list, 'x', sizeof(list));
	list[1] = '=';
	list[sizeof(list) - 1] = '\0';
	load_list("OTEL_EXPORTER_OTLP_HEADERS", list);
	assert_int_equal(settings.header_count, 0);
	assert_int_equal(fake_warning_count(), 1);
}

static void resource(void **state)
{
	static const struct row rows[] = {
		{"a=b", "a: b", 0},
		{"a=b,c=d", "a: b; c: d", 0},
		{" a = b , c = d e ", "a: b; c: d e", 0},
		{"a=%2C%3D,b%3Dc=1", "a: ,=; b=c: 1", 0},
		{"deployment.environment.name=prod%20eu", "deployment.environment.name: prod eu",
			0},
		{"a=1,a=2", "a: 2", 0},
		{"a=", "a: ", 0},
		{"a=b=c", "a: b=c", 0},
		{"a=1,", "a: 1", 0},
		{"a=\xc3\xa4", "a: \xc3\xa4", 0},
		/* one error, and nothing is taken */
		{"a=1,b", "", 1},
		{"a=1,=b", "", 1},
		{"a=1,b=%zz", "", 1},
		{"a=1,b=%", "", 1},
		{"a=1,%4=1", "", 1},
		{"a=1,b=%00", "", 1},
		{"a=1,b=%ff", "", 1},
		{"a=1,\xff=1", "", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		load_list("OTEL_RESOURCE_ATTRIBUTES", rows[i].list);
		if (strcmp(joined(settings.resource, settings.resource_count), rows[i].expected) ||
			fake_warning_count() != rows[i].warnings)
			fail_msg("%s: found '%s' and warnings %s", rows[i].list,
				joined(settings.resource, settings.resource_count), fake_warnings);
	}
	assert_string_equal(fake_warnings,
		"OTEL_RESOURCE_ATTRIBUTES: member 2 is not UTF-8; the whole variable is ignored\n");
}

static void resource_is_bounded(void **state)
{
	char list[4096];
	size_t used = 0;

	(void)state;
	for (int i = 0; i < LIMIT_RESOURCE_ATTRIBUTES; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "a%d=x,", i);
	load_list("OTEL_RESOURCE_ATTRIBUTES", list);
	assert_int_equal(settings.resource_count, LIMIT_RESOURCE_ATTRIBUTES);
	snprintf(list + used, sizeof(list) - used, "z=x");
	load_list("OTEL_RESOURCE_ATTRIBUTES", list);
	assert_int_equal(settings.resource_count, 0);
	assert_int_equal(fake_warning_count(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(header_secrets_stay_out_of_warnings),
		cmocka_unit_test(headers_are_bounded),
		cmocka_unit_test(resource),
		cmocka_unit_test(resource_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
