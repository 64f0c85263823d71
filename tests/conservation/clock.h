/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for base/clock.c: time passes when the test says so, and nothing waits. */
#pragma once

#include "base/clock.h"

/* Both clocks. */
void clock_advance(uint64_t ns);
/* Set the system clock back or forward. */
void clock_step(int64_t ns);
/* Something that differs from run to run. */
uint64_t clock_seed(void);
