/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <errno.h>
#include <string.h>

#include "base/compiler.h"

static const char *const names[] = {
	[INSTRUMENT_COUNTER] = "counter",
	[INSTRUMENT_UPDOWNCOUNTER] = "updowncounter",
	[INSTRUMENT_GAUGE] = "gauge",
	[INSTRUMENT_HISTOGRAM] = "histogram",
	[INSTRUMENT_EXPONENTIAL_HISTOGRAM] = "exponential_histogram",
};

const char *instrument_name(enum instrument instrument)
{
	return names[instrument];
}

int instrument_from_name(const char *name, enum instrument *instrument)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(names[i], name)) {
			*instrument = (enum instrument)i;
			return 0;
		}
	}
	return -ENOENT;
}

enum temporality instrument_temporality(
	enum instrument instrument, enum temporality_preference preference)
{
	bool delta = false;

	if (instrument == INSTRUMENT_COUNTER)
		delta = preference == PREFER_DELTA;
	else if (instrument == INSTRUMENT_HISTOGRAM ||
		 instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		delta = preference != PREFER_CUMULATIVE;
	return delta ? TEMPORALITY_DELTA : TEMPORALITY_CUMULATIVE;
}

double metric_to_double(const struct metric *metric, uint64_t value)
{
	const struct metric_desc *desc = &metric->desc;
	double number = desc->is_signed ? (double)(int64_t)value : (double)value;

	if (desc->factor > 1) /* rare: one rounding, at the cost of slow arithmetic */
		return (double)((desc->is_signed ? (long double)(int64_t)value
						 : (long double)value) *
				(long double)desc->factor / (long double)desc->divisor);
	return number / (double)desc->divisor;
}

bool metric_to_integer(const struct metric *metric, uint64_t value, int64_t *integer)
{
	if (metric->desc.factor > 1 || metric->desc.divisor != 1 ||
		(!metric->desc.is_signed && value > INT64_MAX))
		return false;
	*integer = (int64_t)value;
	return true;
}
