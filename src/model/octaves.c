/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms with a bucket for each power of two, sent as exponential histograms of scale 0. */
#include <math.h>

#include "model/model.h"

enum instrument metric_form(const struct metric *metric)
{
	return metric->desc.octaves ? INSTRUMENT_EXPONENTIAL_HISTOGRAM : metric->desc.instrument;
}

/* The index of the bucket that ends with 2^n is n - 1. */
static int32_t index_below(double bound)
{
	int exponent;

	frexp(bound, &exponent); /* bound = 0.5 x 2^exponent */
	return exponent - 2;
}

/* The index of bucket 1, which ends with bounds[1], or is the last one and begins with bounds[0].
 */
static int32_t first_index(const struct metric_desc *desc)
{
	return desc->bound_count > 1 ? index_below(desc->bounds[1])
				     : index_below(desc->bounds[0]) + 1;
}

const struct exponential *series_exponential(
	const struct metric *metric, const struct series *series, struct exponential *room)
{
	const struct metric_desc *desc = &metric->desc;
	const struct histogram *histogram = &series->histogram;
	uint32_t begin = 1, end = desc->bound_count + 1;

	if (!desc->octaves)
		return series->exponential;
	while (end > begin && !histogram->buckets[end - 1])
		end--;
	while (begin < end && !histogram->buckets[begin])
		begin++;
	*room = (struct exponential){
		.offset = first_index(desc) + (int32_t)begin - 1,
		.bucket_count = end - begin,
		.count = histogram->count,
		.sum = histogram->count ? histogram->sum : 0,
		.no_extremes = true,
		.zero_count = histogram->buckets[0],
		.zero_threshold = desc->bounds[0],
		.buckets = histogram->buckets + begin,
	};
	return room;
}
