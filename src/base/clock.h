/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that reads clocks; everywhere else time is an argument. */
#pragma once

#include <stdint.h>

#define NSEC_PER_SEC  UINT64_C(1000000000)
#define NSEC_PER_MSEC UINT64_C(1000000)

uint64_t clock_realtime_ns(void);  /* UNIX epoch: what OTLP time stamps carry */
uint64_t clock_monotonic_ns(void); /* for intervals and deadlines */

/* Without overflow: UINT64_MAX is never. */
static inline uint64_t deadline_after(uint64_t now, uint64_t timeout)
{
	return timeout > UINT64_MAX - now ? UINT64_MAX : now + timeout;
}
