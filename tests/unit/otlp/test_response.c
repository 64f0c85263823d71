/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/response.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "metrics_service.pb-c.h"

#include "base/compiler.h"
#include "base/limits.h"
#include "base/str.h"
#include "test.h"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const char type[] = "application/x-protobuf";

static void test_success(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *type;
	} rows[] = {
		{"", 0, type}, {"", 0, NULL}, {"", 0, "text/html"},
		{"\x0a\x00", 2, type}, /* what the Collector sends */
		{"\x0a\x00", 2, "Application/X-Protobuf; charset=utf-8"}, {"\x0a\x00", 2, NULL},
		{"\x0a\x02\x08\x00", 4, type},
		{"\x12\x01x\x0a\x00", 5, type}, /* an unknown field is skipped */
	};
	struct response response;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(response_decode((const uint8_t *)rows[i].bytes, rows[i].length,
					 rows[i].type, &response, &err),
			0);
		assert_int_equal(response.rejected, 0);
		assert_string_equal(response.message, "");
	}
}

static void test_partial_success(void **state)
{
	struct response response;
	struct err err;

	(void)state;
	/* {3, "bad"} */
	assert_int_equal(response_decode(BYTES("\x0a\x07\x08\x03\x12\x03"
					       "bad"),
				 type, &response, &err),
		0);
	assert_int_equal(response.rejected, 3);
	assert_string_equal(response.message, "bad");
	/* a warning */
	assert_int_equal(response_decode(BYTES("\x0a\x05\x12\x03"
					       "old"),
				 type, &response, &err),
		0);
	assert_int_equal(response.rejected, 0);
	assert_string_equal(response.message, "old");
	/* -1 points cannot be rejected */
	assert_int_equal(
		response_decode(BYTES("\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), type,
			&response, &err),
		0);
	assert_int_equal(response.rejected, 0);
}

static void test_what_is_no_answer(void **state)
{
	struct response response;
	struct err err;

	(void)state;
	assert_int_equal(response_decode(BYTES("<html>"), "text/html", &response, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "text/html"));
	assert_int_equal(
		response_decode(BYTES("{}"), "application/json", &response, &err), -EBADMSG);
	assert_int_equal(
		response_decode(BYTES("\x0a\x00"), "application/x-protobuffer", &response, &err),
		-EBADMSG);
	assert_int_equal(response_decode(BYTES("\x0a\x09x"), type, &response, &err), -EBADMSG);
	assert_int_equal(response_decode(BYTES("\x0a"), type, &response, &err), -EBADMSG);
	assert_int_equal(
		response_decode(BYTES("\xff\xff\xff\xff"), type, &response, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "4 bytes"));
	/* a type that would write escape sequences to a terminal */
	assert_int_equal(response_decode(BYTES("x"), "a\033[31mb", &response, &err), -EBADMSG);
	assert_null(strchr(err.text, '\033'));
}

static void test_millions_of_unknown_fields_stay_within_memory(void **state)
{
	uint8_t *body = malloc(LIMIT_RESPONSE_BYTES);
	struct response response;
	struct err err;

	(void)state;
	assert_non_null(body);
	for (size_t i = 0; i < LIMIT_RESPONSE_BYTES; i += 2) {
		body[i] = 0x18;
		body[i + 1] = 0;
	}
	assert_int_equal(
		response_decode(body, LIMIT_RESPONSE_BYTES, type, &response, &err), -EBADMSG);
	free(body);
}

static void test_texts(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *type, *text;
	} rows[] = {
		{"", 0, type, ""},
		{"\x08\x0e\x12\x05"
		 "sorry",
			9, type, "sorry"},
		{"\x12\x00", 2, type, ""},
		{"\xff", 1, type, ""},
		{"404 page not found\n", 19, "text/plain; charset=utf-8", "404 page not found"},
		{"not said", 8, NULL, "not said"},
		{"a\r\nb\x1b[31mc\x7f", 11, "text/plain", "a  b [31mc"},
		{"a\xc2\x9bz", 4, "text/plain", "a  z"},
		{"bad \xff utf-8", 11, "text/plain", "bad \xef\xbf\xbd utf-8"},
		{"\x12\x03"
		 "a\0b",
			5, type, "a"},
	};
	char text[RESPONSE_TEXT_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		response_text((const uint8_t *)rows[i].bytes, rows[i].length, rows[i].type, text,
			sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static void test_long_texts_are_cut_between_characters(void **state)
{
	char body[1001], text[RESPONSE_TEXT_BYTES + 1];

	(void)state;
	body[0] = 'x';
	for (size_t i = 1; i < 1001; i += 2)
		memcpy(body + i, "\xc3\xb6", 2);
	response_text((const uint8_t *)body, sizeof(body), "text/plain", text, sizeof(text));
	assert_int_equal(strlen(text), RESPONSE_TEXT_BYTES - 1);
	assert_true(utf8_is_valid(text, strlen(text)));
	response_text((const uint8_t *)body, sizeof(body), "text/plain", text, 1);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_success),
		cmocka_unit_test(test_partial_success),
		cmocka_unit_test(test_what_is_no_answer),
		cmocka_unit_test(test_millions_of_unknown_fields_stay_within_memory),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_long_texts_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
