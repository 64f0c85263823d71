/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of ExponentialHistogramDataPoint (OTLP metrics/v1), which differ in length. */
#pragma once

#include "model/model.h"
#include "otlp/encode_piece.h"

#include <stddef.h>
#include <stdint.h>

/* A point without its attributes, tag and length. */
size_t exponential_point_size(const struct exponential *histogram);
/* The points of the piece. */
uint8_t *exponential_points_put(
	uint8_t *to, const struct piece *piece, const struct encode_table *table, uint64_t time);
