/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that reads clocks; everywhere else time is an argument. */
#pragma once

#include <stdint.h>

#define NSEC_PER_SEC  UINT64_C(1000000000)
#define NSEC_PER_MSEC UINT64_C(1000000)

uint64_t clock_realtime_ns(void);  /* UNIX epoch: what OTLP time stamps carry */
uint64_t clock_monotonic_ns(void); /* for intervals and deadlines */
