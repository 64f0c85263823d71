/* SPDX-License-Identifier: Apache-2.0 */
/* The part of one metric that goes into a request, and its bytes (OTLP metrics/v1, Metric). */
#pragma once

#include "model/model.h"
#include "otlp/encode_cache.h"

#include <stddef.h>
#include <stdint.h>

/* Neighbouring series of one metric that go into the request, with the sizes of what encloses them.
 */
struct piece {
	size_t scope_index;
	const struct metric *metric;
	uint32_t first, end;
	size_t points_size; /* with the tag and length of each point */
	size_t data_size;   /* Gauge, Sum or Histogram */
	size_t metric_size;
	size_t scope_size; /* ScopeMetrics; set in the scope's first piece, else 0 */
};

/* Bytes of name, description and unit. */
size_t piece_header_size(const struct metric *metric);
/* What follows the points: aggregation_temporality, is_monotonic. */
size_t piece_trailer_size(const struct metric *metric);
/* What all points of the metric have, without attributes, tag and length; exponential_point_size()
 * comes on top for exponential histograms. */
size_t piece_point_size(const struct metric *metric);
/* ScopeMetrics.metrics with everything in it. */
uint8_t *piece_write(
	uint8_t *to, const struct piece *piece, const struct encode_table *table, uint64_t time);
