/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's CPU lists ("0-3,8"), as in /sys/devices/system/cpu/possible. */
#pragma once

#include "base/compiler.h"

#include <stdint.h>

/*
 * How many CPUs the list names, and one more than the highest number. Ranges must ascend and not
 * overlap, numbers end below 65536; one line break at the end is allowed. -EINVAL for anything
 * else, the empty list included.
 */
int cpu_list_count(const char *text, uint32_t *count, uint32_t *end) MUST_CHECK;
