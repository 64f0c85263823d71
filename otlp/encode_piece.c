/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/encode_piece.h"

#include "otlp/encode_exponential.h"
#include "otlp/wire.h"

enum {
	/* start_time_unix_nano, time_unix_nano and the value: tag and 8 bytes each */
	NUMBER_FIXED = 3 * 9,
	/* start_time_unix_nano, time_unix_nano, count and sum */
	HISTOGRAM_FIXED = 4 * 9,
	/* How far ahead of their use attribute bytes are fetched */
	AHEAD_BYTES = 2048,
	LINE = 64,
};

static inline void fetch(const uint8_t *ahead)
{
	uintptr_t address = (uintptr_t)ahead + AHEAD_BYTES;

	__builtin_prefetch((const void *)address);
	__builtin_prefetch((const void *)(address + LINE));
}

/* Writes, and reads, up to ENCODE_SLACK - 1 bytes more: without a call. */
static inline uint8_t *put_attrs(uint8_t *to, const uint8_t *attrs, uint32_t length)
{
	for (uint32_t i = 0; i < length; i += ENCODE_SLACK)
		memcpy(to + i, attrs + i, ENCODE_SLACK);
	return to + length;
}

/* Name, description and unit. */
size_t piece_header_size(const struct metric *metric)
{
	return wire_string_size(metric->desc.name) + wire_string_size(metric->desc.description) +
	       wire_string_size(metric->desc.unit);
}

/* What follows the points: aggregation_temporality, is_monotonic. */
size_t piece_trailer_size(const struct metric *metric)
{
	switch (metric->desc.instrument) {
	case INSTRUMENT_COUNTER:
		return 4;
	case INSTRUMENT_UPDOWNCOUNTER:
	case INSTRUMENT_HISTOGRAM:
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		return 2;
	case INSTRUMENT_GAUGE:
		break;
	}
	return 0;
}

/* What all points of the metric have, without attributes, tag and length. */
size_t piece_point_size(const struct metric *metric)
{
	size_t bounds = metric->desc.bound_count;

	if (metric_form(metric) == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		return 0;
	if (metric->desc.instrument != INSTRUMENT_HISTOGRAM)
		return NUMBER_FIXED;
	return HISTOGRAM_FIXED + wire_field_size((bounds + 1) * sizeof(uint64_t)) +
	       (bounds ? wire_field_size(bounds * sizeof(double)) : 0);
}

/* Tag and value. */
static inline uint8_t *put_number(
	uint8_t *to, const struct metric *metric, uint64_t number, bool integers)
{
	int64_t integer;

	/* Without a question for each: below 2^63 the metric decides, not the value. */
	if (integers && number <= INT64_MAX)
		return wire_put_fixed64(to, WIRE_TAG(6, WIRE_FIXED64), number);
	if (metric_to_integer(metric, number, &integer))
		return wire_put_fixed64(to, WIRE_TAG(6, WIRE_FIXED64), (uint64_t)integer);
	return wire_put_double(to, WIRE_TAG(4, WIRE_FIXED64), metric_to_double(metric, number));
}

static uint8_t *put_number_points(
	uint8_t *to, const struct piece *piece, const struct encode_table *table, uint64_t time)
{
	const struct metric *metric = piece->metric;
	/* Behind it is what others write. */
	const uint8_t *end = to + piece->points_size;
	int64_t integer;
	bool integers = metric_to_integer(metric, 0, &integer);

	for (size_t word = piece->first / BITS_WORD; word < bits_words(piece->end); word++) {
		uint64_t live = metric->live[word] & bits_mask(word, piece->first, piece->end);

		while (live) {
			uint32_t i = (uint32_t)(word * BITS_WORD + bits_next(&live)), length;
			const uint8_t *attrs = encode_attrs(table, i, &length);

			fetch(attrs);
			to = wire_put_header(to, WIRE_TAG(1, WIRE_BYTES), NUMBER_FIXED + length);
			to = wire_put_fixed64(to, WIRE_TAG(2, WIRE_FIXED64), metric->starts[i]);
			to = wire_put_fixed64(to, WIRE_TAG(3, WIRE_FIXED64), time);
			to = put_number(to, metric, metric->numbers[i], integers);
			if ((size_t)(end - to) >= length + ENCODE_SLACK)
				to = put_attrs(to, attrs, length);
			else
				to = wire_put_bytes(to, attrs, length);
		}
	}
	return to;
}

static uint8_t *put_histogram_points(
	uint8_t *to, const struct piece *piece, const struct encode_table *table, uint64_t time)
{
	const struct metric *metric = piece->metric;
	const struct metric_desc *desc = &metric->desc;
	size_t fixed = piece_point_size(metric);

	for (uint32_t i = piece->first; i < piece->end; i++) {
		const struct histogram *histogram = &metric->series[i].histogram;
		const uint8_t *attrs;
		uint32_t length;

		if (!series_is_live(metric, i))
			continue;
		attrs = encode_attrs(table, i, &length);
		to = wire_put_header(to, WIRE_TAG(1, WIRE_BYTES), fixed + length);
		to = wire_put_fixed64(to, WIRE_TAG(2, WIRE_FIXED64), metric->starts[i]);
		to = wire_put_fixed64(to, WIRE_TAG(3, WIRE_FIXED64), time);
		to = wire_put_fixed64(to, WIRE_TAG(4, WIRE_FIXED64), histogram->count);
		/* metrics.proto: "If count is zero then this field must be zero". */
		to = wire_put_double(to, WIRE_TAG(5, WIRE_FIXED64),
			histogram->count ? metric_to_double(metric, histogram->sum) : 0);
		to = wire_put_packed64(to, WIRE_TAG(6, WIRE_BYTES), histogram->buckets,
			(size_t)desc->bound_count + 1);
		if (desc->bound_count)
			to = wire_put_packed64(
				to, WIRE_TAG(7, WIRE_BYTES), desc->bounds, desc->bound_count);
		to = wire_put_bytes(to, attrs, length);
	}
	return to;
}

uint8_t *piece_write(
	uint8_t *to, const struct piece *piece, const struct encode_table *table, uint64_t time)
{
	static const uint8_t data_tags[] = {
		[INSTRUMENT_COUNTER] = WIRE_TAG(7, WIRE_BYTES),
		[INSTRUMENT_UPDOWNCOUNTER] = WIRE_TAG(7, WIRE_BYTES),
		[INSTRUMENT_GAUGE] = WIRE_TAG(5, WIRE_BYTES),
		[INSTRUMENT_HISTOGRAM] = WIRE_TAG(9, WIRE_BYTES),
		[INSTRUMENT_EXPONENTIAL_HISTOGRAM] = WIRE_TAG(10, WIRE_BYTES),
	};
	const struct metric_desc *desc = &piece->metric->desc;
	enum instrument form = metric_form(piece->metric);

	to = wire_put_header(to, WIRE_TAG(2, WIRE_BYTES), piece->metric_size);
	to = wire_put_string(to, WIRE_TAG(1, WIRE_BYTES), desc->name);
	to = wire_put_string(to, WIRE_TAG(2, WIRE_BYTES), desc->description);
	to = wire_put_string(to, WIRE_TAG(3, WIRE_BYTES), desc->unit);
	to = wire_put_header(to, data_tags[form], piece->data_size);
	if (form == INSTRUMENT_HISTOGRAM)
		to = put_histogram_points(to, piece, table, time);
	else if (form == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		to = exponential_points_put(to, piece, table, time);
	else
		to = put_number_points(to, piece, table, time);
	if (desc->instrument != INSTRUMENT_GAUGE) {
		*to++ = WIRE_TAG(2, WIRE_VARINT);
		*to++ = (uint8_t)piece->metric->temporality;
	}
	if (desc->instrument == INSTRUMENT_COUNTER) {
		*to++ = WIRE_TAG(3, WIRE_VARINT);
		*to++ = true;
	}
	return to;
}
