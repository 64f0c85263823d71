/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model.h"

#include <errno.h>
#include <math.h>
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

/* Whole numbers up to here are doubles. */
#define DOUBLE_WHOLE (UINT64_C(1) << 53)

/* value x factor / divisor, rounded once: from all digits that there is room for, the last of which
 * tells whether others follow. */
static double quotient(uint64_t value, uint64_t factor, uint64_t divisor)
{
	unsigned __int128 product = (unsigned __int128)value * factor, digits;
	uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
	int shift;

	if (!product)
		return 0;
	shift = high ? __builtin_clzll(high) : 64 + __builtin_clzll(low);
	product <<= shift;
	digits = product / divisor;
	digits |= product % divisor != 0;
	return ldexp((double)digits, -shift);
}

double metric_to_double(const struct metric *metric, uint64_t value)
{
	const struct metric_desc *desc = &metric->desc;
	bool negative = desc->is_signed && (int64_t)value < 0;
	uint64_t size = negative ? -value : value;
	double number;

	if (desc->factor <= 1 && (size | desc->divisor) <= DOUBLE_WHOLE)
		number = (double)size / (double)desc->divisor;
	else /* rare, and slow */
		number = quotient(size, desc->factor ? desc->factor : 1, desc->divisor);
	return negative ? -number : number;
}

bool metric_to_integer(const struct metric *metric, uint64_t value, int64_t *integer)
{
	if (metric->desc.factor > 1 || metric->desc.divisor != 1 ||
		(!metric->desc.is_signed && value > INT64_MAX))
		return false;
	*integer = (int64_t)value;
	return true;
}
