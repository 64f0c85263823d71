/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exponential histograms: OpenTelemetry metrics data model, "ExponentialHistogram". At a scale the
 * bucket `index` holds what is above base^index up to and including base^(index+1), where base is
 * 2^(2^-scale). All values are integers in the unit in which they were measured; buckets are those
 * of the values in the metric's unit.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	EXPONENTIAL_SCALE_MIN = -10,
	EXPONENTIAL_SCALE_MAX = 20,
	/* Metrics SDK, "Base2 Exponential Bucket Histogram Aggregation": default of MaxSize. */
	EXPONENTIAL_MAX_SIZE = 160,
	/* With one bucket no scale is low enough for values on both sides of 1. */
	EXPONENTIAL_MAX_SIZE_MIN = 2,
};

struct exponential {
	int32_t scale;
	int32_t offset; /* index of buckets[0] */
	uint32_t bucket_count;
	uint64_t count;		/* zero_count and all buckets */
	uint64_t sum, min, max; /* in the measured unit; 0 if nothing was counted */
	bool no_extremes;	/* min and max are not known: of a difference */
	uint64_t zero_count;
	double zero_threshold; /* zeros are what is at most this, in the metric's unit; merging
				* takes all to have the same */
	uint64_t *buckets;
};

/* Nothing counted, at the highest scale. Keeps `buckets`. */
void exponential_clear(struct exponential *histogram);

/*
 * Add what `from` has counted; its `count` is not looked at, its buckets are. Lowers the scale as
 * far as both together need to fit into `max_size` buckets (EXPONENTIAL_MAX_SIZE_MIN or more), for
 * which `into->buckets` must have room. The order of several additions does not change the result.
 */
void exponential_merge(struct exponential *into, const struct exponential *from, uint32_t max_size);

/* Halve the resolution `steps` times: buckets become one with their neighbour, nothing is lost. */
void exponential_downscale(struct exponential *histogram, uint32_t steps);

/*
 * What `now` has counted more than `past`, which becomes the difference; its minimum and maximum
 * are not known. False, and `past` is of no use, if `now` has less of something: it began anew.
 */
bool exponential_subtract(struct exponential *past, const struct exponential *now) MUST_CHECK;

/*
 * Make possible what was read while it changed: min, max and sum are moved into what the buckets
 * allow. A value in the metric's unit is value / divisor.
 */
void exponential_repair(struct exponential *histogram, uint64_t divisor);

/* The bucket of a finite value above 0, exactly; subnormal values are not rounded. */
int32_t exponential_index(double value, int32_t scale);
/* base^index, the bound above which the bucket begins; infinite or 0 beyond what a double holds. */
double exponential_bound(int32_t scale, int32_t index);
