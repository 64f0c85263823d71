/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/leaping_clock.h"

#include <time.h>

static uint64_t leapt;

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec + leapt;
}

uint64_t clock_realtime_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t clock_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_leap(uint64_t ns)
{
	leapt += ns;
}
