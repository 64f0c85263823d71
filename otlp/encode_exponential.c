/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/encode_exponential.h"

#include "otlp/wire.h"

enum {
	/* start_time_unix_nano, time_unix_nano and sum: tag and 8 bytes each */
	FIXED = 3 * 9,
};

/* sint32 */
static uint32_t zigzag(int32_t value)
{
	return (uint32_t)value << 1 ^ (uint32_t)(value >> 31);
}

static size_t zigzag_size(int32_t value)
{
	return value ? 1 + wire_varint_size(zigzag(value)) : 0;
}

static uint8_t *put_zigzag(uint8_t *to, uint8_t tag, int32_t value)
{
	if (!value)
		return to;
	*to++ = tag;
	return wire_put_varint(to, zigzag(value));
}

static size_t counts_size(const struct exponential *histogram)
{
	size_t size = 0;

	for (uint32_t i = 0; i < histogram->bucket_count; i++)
		size += wire_varint_size(histogram->buckets[i]);
	return size;
}

/* Buckets */
static size_t buckets_size(const struct exponential *histogram, size_t counts)
{
	return zigzag_size(histogram->offset) + wire_field_size(counts);
}

static bool has_extremes(const struct exponential *histogram)
{
	return histogram->count && !histogram->no_extremes;
}

static size_t point_size(const struct exponential *histogram, size_t counts)
{
	size_t size = FIXED + zigzag_size(histogram->scale);

	if (histogram->zero_count)
		size += 9;
	if (histogram->bucket_count)
		size += wire_field_size(buckets_size(histogram, counts));
	if (histogram->count)
		size += 9;
	if (has_extremes(histogram))
		size += 2 * 9;
	if (histogram->zero_threshold != 0)
		size += 9;
	return size;
}

size_t exponential_point_size(const struct exponential *histogram)
{
	return point_size(histogram, counts_size(histogram));
}

static uint8_t *put_buckets(uint8_t *to, const struct exponential *histogram, size_t counts)
{
	to = wire_put_header(to, WIRE_TAG(8, WIRE_BYTES), buckets_size(histogram, counts));
	to = put_zigzag(to, WIRE_TAG(1, WIRE_VARINT), histogram->offset);
	to = wire_put_header(to, WIRE_TAG(2, WIRE_BYTES), counts);
	for (uint32_t i = 0; i < histogram->bucket_count; i++)
		to = wire_put_varint(to, histogram->buckets[i]);
	return to;
}

/* What follows the times. */
static uint8_t *put_point(uint8_t *to, const struct metric *metric,
	const struct exponential *histogram, size_t counts)
{
	if (histogram->count)
		to = wire_put_fixed64(to, WIRE_TAG(4, WIRE_FIXED64), histogram->count);
	to = wire_put_double(
		to, WIRE_TAG(5, WIRE_FIXED64), metric_to_double(metric, histogram->sum));
	to = put_zigzag(to, WIRE_TAG(6, WIRE_VARINT), histogram->scale);
	if (histogram->zero_count)
		to = wire_put_fixed64(to, WIRE_TAG(7, WIRE_FIXED64), histogram->zero_count);
	if (histogram->bucket_count)
		to = put_buckets(to, histogram, counts);
	if (has_extremes(histogram)) {
		to = wire_put_double(
			to, WIRE_TAG(12, WIRE_FIXED64), metric_to_double(metric, histogram->min));
		to = wire_put_double(
			to, WIRE_TAG(13, WIRE_FIXED64), metric_to_double(metric, histogram->max));
	}
	if (histogram->zero_threshold != 0)
		to = wire_put_double(to, WIRE_TAG(14, WIRE_FIXED64), histogram->zero_threshold);
	return to;
}

uint8_t *exponential_points_put(
	uint8_t *to, const struct piece *piece, const struct encode_table *table, uint64_t time)
{
	for (uint32_t i = piece->first; i < piece->end; i++) {
		const struct exponential *histogram;
		struct exponential room;
		const uint8_t *attrs;
		uint32_t length;
		size_t counts;

		if (!series_is_live(piece->metric, i))
			continue;
		attrs = encode_attrs(table, i, &length);
		histogram = series_exponential(piece->metric, &piece->metric->series[i], &room);
		counts = counts_size(histogram);
		to = wire_put_header(
			to, WIRE_TAG(1, WIRE_BYTES), length + point_size(histogram, counts));
		to = wire_put_bytes(to, attrs, length);
		to = wire_put_fixed64(to, WIRE_TAG(2, WIRE_FIXED64), piece->metric->starts[i]);
		to = wire_put_fixed64(to, WIRE_TAG(3, WIRE_FIXED64), time);
		to = put_point(to, piece->metric, histogram, counts);
	}
	return to;
}
