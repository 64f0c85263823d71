/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes by hand from the schema; the encoder's own test has another judge. */
#include "otlp/encode_piece.h"

#include <string.h>

#include "otlp/wire.h"
#include "test.h"

struct fixture {
	struct series series[2];
	uint64_t live, starts[2], numbers[2];
	struct metric metric;
	struct encode_cache cache;
	struct piece piece;
	uint8_t out[512];
};

static void attach(struct fixture *fixture)
{
	fixture->metric.series = fixture->series;
	fixture->metric.live = &fixture->live;
	fixture->metric.starts = fixture->starts;
	fixture->metric.numbers = fixture->numbers;
}

static size_t write_piece(struct fixture *fixture)
{
	struct encode_table *table = encode_cache_table(&fixture->cache, &fixture->metric);
	struct piece *piece = &fixture->piece;
	uint32_t length;
	uint8_t *end;

	assert_non_null(table);
	*piece = (struct piece){.metric = &fixture->metric, .end = fixture->metric.series_count};
	for (uint32_t i = 0; i < fixture->metric.series_count; i++) {
		if (!series_is_live(&fixture->metric, i))
			continue;
		assert_int_equal(encode_attrs_fill(table, i), 0);
		encode_attrs(table, i, &length);
		piece->points_size += wire_field_size(piece_point_size(&fixture->metric) + length);
	}
	piece->data_size = piece->points_size + piece_trailer_size(&fixture->metric);
	piece->metric_size = piece_header_size(&fixture->metric) +
			     wire_field_size(piece->data_size);
	end = piece_write(fixture->out, piece, table, 0x0807060504030201);
	encode_cache_fini(&fixture->cache);
	assert_int_equal(end - fixture->out, wire_field_size(piece->metric_size));
	return (size_t)(end - fixture->out);
}

static void test_counter(void **state)
{
	static const uint8_t expected[] = {
		0x12, 45,		      /* ScopeMetrics.metrics */
		0x0a, 1, 'n',		      /* name */
		0x12, 1, 'd',		      /* description */
		0x1a, 2, 'B', 'y',	      /* unit */
		0x3a, 33,		      /* sum */
		0x0a, 27,		      /* data_points */
		0x11, 5, 0, 0, 0, 0, 0, 0, 0, /* start_time_unix_nano */
		0x19, 1, 2, 3, 4, 5, 6, 7, 8, /* time_unix_nano */
		0x31, 7, 0, 0, 0, 0, 0, 0, 0, /* as_int */
		0x10, 2,		      /* cumulative */
		0x18, 1,		      /* is_monotonic */
	};
	struct fixture fixture = {
		.series = {{.generation = 0}, {.generation = 1}},
		.live = 1 << 1,
		.starts = {0, 5},
		.numbers = {0, 7},
		.metric = {.desc = {.name = "n",
				   .description = "d",
				   .unit = "By",
				   .instrument = INSTRUMENT_COUNTER,
				   .divisor = 1},
			.temporality = TEMPORALITY_CUMULATIVE,
			.series_count = 2},
	};

	(void)state;
	attach(&fixture);
	assert_int_equal(write_piece(&fixture), sizeof(expected));
	assert_memory_equal(fixture.out, expected, sizeof(expected));
}

static void test_gauge_and_histogram(void **state)
{
	static const double bound = 0.5;
	uint64_t buckets[] = {1, 2};
	/* count 3, sum 1.5, buckets, bound; start and time as above */
	static const uint8_t tail[] = {0x21, 3, 0, 0, 0, 0, 0, 0, 0, 0x29, 0, 0, 0, 0, 0, 0, 0xf8,
		0x3f, 0x32, 16, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0x3a, 8, 0, 0, 0, 0,
		0, 0, 0xe0, 0x3f, 0x10, 1};
	struct fixture fixture = {
		.series = {{.generation = 1}},
		.live = 1,
		.starts = {5},
		.numbers = {3},
		.metric = {.desc = {.name = "",
				   .description = "",
				   .unit = "",
				   .instrument = INSTRUMENT_GAUGE,
				   .divisor = 2,
				   .bounds = &bound,
				   .bound_count = 1},
			.temporality = TEMPORALITY_DELTA,
			.series_count = 1},
	};
	size_t size;

	(void)state;
	attach(&fixture);
	/* Gauge: no temporality; as_double 1.5 */
	assert_int_equal(write_piece(&fixture), 2 + 2 + 2 + 27);
	assert_int_equal(fixture.out[2], 0x2a);
	assert_memory_equal(fixture.out + 6 + 18, "\x21\0\0\0\0\0\0\xf8\x3f", 9);
	fixture.metric.desc.instrument = INSTRUMENT_HISTOGRAM;
	fixture.series[0].histogram = (struct histogram){.count = 3, .sum = 3, .buckets = buckets};
	size = write_piece(&fixture);
	assert_int_equal(fixture.out[2], 0x4a);
	assert_memory_equal(fixture.out + size - sizeof(tail), tail, sizeof(tail));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counter),
		cmocka_unit_test(test_gauge_and_histogram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
