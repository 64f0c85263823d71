/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/outgoing.h"

#include <errno.h>

#include "base/limits.h"
#include "otlp/sample.h"
#include "test.h"

static void begin(struct outgoing *outgoing, struct sample *sample, size_t limit, bool gzip)
{
	assert_int_equal(outgoing_init(outgoing, limit, gzip, NULL), 0);
	assert_int_equal(outgoing_begin(outgoing, sample->snapshot), 0);
}

static void test_requests_follow_each_other(void **state)
{
	struct outgoing outgoing;
	struct sample sample;
	uint64_t points = 0;

	(void)state;
	sample_new_many(&sample, 30, 300);
	begin(&outgoing, &sample, 4096, false);
	for (;;) {
		assert_int_equal(outgoing_next(&outgoing), 0);
		if (!outgoing.encoded.points)
			break;
		/* All series have a point: the first of a request says where it begins. */
		assert_int_equal(outgoing.encoded.first.scope, 0);
		assert_int_equal(outgoing.encoded.first.metric, 0);
		assert_int_equal(outgoing.encoded.first.series, points);
		points += outgoing.encoded.points;
		assert_ptr_equal(outgoing_body(&outgoing), &outgoing.plain);
	}
	assert_int_equal(points, 30);
	outgoing_fini(&outgoing);
	sample_free(&sample);
}

/* Scopes without points are passed over, and so are points that are too large. */
static void test_the_first_point_of_a_request(void **state)
{
	struct outgoing outgoing;
	struct sample sample;
	uint64_t points = 0, too_large = 0;

	(void)state;
	sample_new(&sample);
	begin(&outgoing, &sample, 230, false);
	for (;;) {
		const struct snapshot_place *first = &outgoing.encoded.first;

		assert_int_equal(outgoing_next(&outgoing), 0);
		points += outgoing.encoded.points;
		too_large += outgoing.encoded.too_large;
		if (!outgoing.encoded.points)
			break;
		assert_true(series_is_live(
			sample.snapshot->scopes[first->scope]->metrics[first->metric],
			first->series));
		/* The histograms are those that are too large: disk, its first metric. */
		assert_false(first->scope == 2 && first->metric == 0);
	}
	assert_int_equal(too_large, 2);
	assert_int_equal(points, SAMPLE_POINTS - 2);
	outgoing_fini(&outgoing);
	sample_free(&sample);
}

static void test_split(void **state)
{
	struct outgoing outgoing;
	struct sample sample;
	size_t whole;

	(void)state;
	sample_new_many(&sample, 400, 1000);
	begin(&outgoing, &sample, LIMIT_REQUEST_BYTES, true);
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_int_equal(outgoing.encoded.points, 400);
	assert_true(outgoing_body(&outgoing)->length < outgoing.plain.length);
	whole = outgoing.plain.length;
	assert_true(outgoing_split(&outgoing));
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_int_equal(outgoing.encoded.first.series, 0);
	assert_in_range(outgoing.plain.length, whole / 2 - 1100, whole / 2);
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_in_range(outgoing.encoded.first.series, 195, 200);
	assert_true(outgoing_split(&outgoing));
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_in_range(outgoing.encoded.first.series, 195, 200);
	assert_in_range(outgoing.encoded.points, 95, 100);
	/* Every receiver should take that. */
	assert_false(outgoing_split(&outgoing));
	outgoing_release(&outgoing);
	assert_int_equal(outgoing_begin(&outgoing, sample.snapshot), 0);
	/* The next export begins with what was learned. */
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_in_range(outgoing.encoded.points, 95, 100);
	outgoing_fini(&outgoing);
	sample_free(&sample);
}

static void test_one_point_cannot_be_split(void **state)
{
	struct outgoing outgoing;
	struct sample sample;

	(void)state;
	sample_new_many(&sample, 1, 300000);
	begin(&outgoing, &sample, LIMIT_REQUEST_BYTES, false);
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_true(outgoing.plain.length > 300000);
	assert_false(outgoing_split(&outgoing));
	outgoing_fini(&outgoing);
	outgoing_fini(&(struct outgoing){0});
	sample_free(&sample);
}

static void test_a_request_that_is_there(void **state)
{
	struct outgoing outgoing;
	struct sample sample;

	(void)state;
	sample_new_many(&sample, 30, 300);
	begin(&outgoing, &sample, 1 << 20, false);
	assert_int_equal(outgoing_give(&outgoing, "bytes", 5, 3), 0);
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_true(outgoing.is_given);
	assert_int_equal(outgoing.encoded.points, 3);
	assert_int_equal(outgoing_body(&outgoing)->length, 5);
	assert_memory_equal(outgoing_body(&outgoing)->data, "bytes", 5);
	assert_false(outgoing_split(&outgoing));
	assert_int_equal(encode_skip_rest(&outgoing.cursor), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(outgoing_next(&outgoing), 0);
		assert_int_equal(outgoing.encoded.points, 0);
	}
	assert_int_equal(outgoing_begin(&outgoing, sample.snapshot), 0);
	assert_int_equal(outgoing_next(&outgoing), 0);
	assert_false(outgoing.is_given);
	assert_int_equal(outgoing.encoded.points, 30);
	outgoing_fini(&outgoing);
	sample_free(&sample);
}

static void test_a_request_that_is_too_large(void **state)
{
	static const char bytes[5000];
	struct outgoing outgoing;

	(void)state;
	assert_int_equal(outgoing_init(&outgoing, 4096, false, NULL), 0);
	assert_int_equal(outgoing_give(&outgoing, bytes, sizeof(bytes), 3), -ENOMEM);
	outgoing_fini(&outgoing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests_follow_each_other),
		cmocka_unit_test(test_the_first_point_of_a_request),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_one_point_cannot_be_split),
		cmocka_unit_test(test_a_request_that_is_there),
		cmocka_unit_test(test_a_request_that_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
