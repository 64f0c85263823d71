/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/console_buckets.h"

#include <math.h>
#include <stdbool.h>

static bool is_exponential(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM;
}

uint64_t buckets_total(const struct metric *metric, const struct series *series)
{
	return is_exponential(metric) ? series->exponential->count : series->histogram.count;
}

uint64_t buckets_sum(const struct metric *metric, const struct series *series)
{
	return is_exponential(metric) ? series->exponential->sum : series->histogram.sum;
}

/* 1 if zeros were counted: they are the first bucket of an exponential histogram. */
static uint32_t zeros(const struct exponential *histogram)
{
	return histogram->zero_count != 0;
}

uint32_t buckets_number(const struct metric *metric, const struct series *series)
{
	const struct exponential *histogram = series->exponential;

	if (!is_exponential(metric))
		return metric->desc.bound_count + 1;
	return zeros(histogram) + histogram->bucket_count;
}

uint64_t buckets_get(const struct metric *metric, const struct series *series, uint32_t i)
{
	const struct exponential *histogram = series->exponential;

	if (!is_exponential(metric))
		return series->histogram.buckets[i];
	if (i < zeros(histogram))
		return histogram->zero_count;
	return histogram->buckets[i - zeros(histogram)];
}

static double exponential_edge(const struct exponential *histogram, int64_t i)
{
	i -= zeros(histogram);
	return i < 0 ? 0 : exponential_bound(histogram->scale, (int32_t)(histogram->offset + i));
}

double buckets_lower(const struct metric *metric, const struct series *series, uint32_t i)
{
	if (is_exponential(metric))
		return exponential_edge(series->exponential, i);
	return i ? metric->desc.bounds[i - 1] : -INFINITY;
}

double buckets_upper(const struct metric *metric, const struct series *series, uint32_t i)
{
	if (is_exponential(metric))
		return i < zeros(series->exponential)
			       ? 0
			       : exponential_edge(series->exponential, (int64_t)i + 1);
	return i < metric->desc.bound_count ? metric->desc.bounds[i] : INFINITY;
}
