/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/clock.h"

#include <stdlib.h>
#include <sys/random.h>

static uint64_t monotonic = NSEC_PER_SEC, realtime = UINT64_C(1700000000) * NSEC_PER_SEC;

uint64_t clock_realtime_ns(void)
{
	return realtime;
}

uint64_t clock_monotonic_ns(void)
{
	return monotonic;
}

void clock_advance(uint64_t ns)
{
	monotonic += ns;
	realtime += ns;
}

void clock_step(int64_t ns)
{
	realtime += (uint64_t)ns;
}

uint64_t clock_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		abort();
	return seed;
}
