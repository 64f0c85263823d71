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

double metric_to_double(const struct metric *metric, uint64_t value)
{
	double number = metric->desc.is_signed ? (double)(int64_t)value : (double)value;

	return number / (double)metric->desc.divisor;
}

bool metric_to_integer(const struct metric *metric, uint64_t value, int64_t *integer)
{
	if (metric->desc.divisor != 1 || (!metric->desc.is_signed && value > INT64_MAX))
		return false;
	*integer = (int64_t)value;
	return true;
}
