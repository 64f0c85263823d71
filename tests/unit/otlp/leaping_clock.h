/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for base/clock.c: the clocks of the system, and what the test leaps over. So nothing
 * that a busy machine does late is taken for a time-out, and nobody waits for one. */
#pragma once

#include "base/clock.h"

void clock_leap(uint64_t ns);
