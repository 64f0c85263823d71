/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/gzip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test.h"

static void check(struct gzip *gzip, const uint8_t *bytes, size_t length, struct buf *out)
{
	z_stream stream = {0};
	uint8_t *plain = malloc(length + 1);

	assert_non_null(plain);
	assert_int_equal(gzip_compress(gzip, bytes, length, out), 0);
	assert_true(out->length <= gzip_bound(length));
	stream.next_in = out->data;
	stream.avail_in = (uInt)out->length;
	stream.next_out = plain;
	stream.avail_out = (uInt)length + 1;
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	assert_int_equal(stream.total_out, length);
	assert_memory_equal(plain, bytes, length);
	inflateEnd(&stream);
	free(plain);
}

static void test_round_trips(void **state)
{
	enum {
		SIZE = 1 << 20
	};
	struct gzip *gzip = gzip_new();
	uint8_t *noise = malloc(SIZE), *text = malloc(SIZE);
	uint32_t random = 1;
	struct buf out;

	(void)state;
	assert_non_null(gzip);
	for (int i = 0; i < SIZE; i++) {
		random = random * 1664525 + 1013904223;
		noise[i] = (uint8_t)(random >> 24);
		text[i] = (uint8_t)('a' + i % 7);
	}
	/* Bytes that cannot be compressed stay below the bound. */
	buf_init(&out, gzip_bound(SIZE));
	check(gzip, noise, SIZE, &out);
	check(gzip, text, SIZE, &out);
	assert_true(out.length < SIZE / 100);
	check(gzip, text, 0, &out);
	check(gzip, noise, 1, &out);
	check(gzip, noise, 65536, &out);
	check(gzip, noise, 65537, &out);
	buf_fini(&out);
	free(noise);
	free(text);
	gzip_free(gzip);
}

static void test_too_little_room(void **state)
{
	struct gzip *gzip = gzip_new();
	struct buf out;

	(void)state;
	buf_init(&out, 10);
	assert_int_equal(gzip_compress(gzip, "hello", 5, &out), -ENOMEM);
	buf_fini(&out);
	buf_init(&out, gzip_bound(5));
	check(gzip, (const uint8_t *)"hello", 5, &out);
	buf_fini(&out);
	gzip_free(gzip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_too_little_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
