/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of time as people write them: a whole number and its unit. */
#pragma once

#include "base/compiler.h"

#include <stdint.h>

/* "500ms", "10s", "10m", "1h", "7d"; nothing else, and no blanks. 0, -EINVAL, or -ERANGE beyond 584
 * years. */
int duration_parse(const char *text, uint64_t *ns) MUST_CHECK;
