/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP-date (RFC 9110, section 5.6.7) in its three forms, in any locale. */
#pragma once

#include "base/compiler.h"

#include <stdint.h>

/*
 * UNIX seconds of the whole text, or -EINVAL. `now` (UNIX seconds) gives the century of the
 * two-digit year in the form of RFC 850: one that seems more than 50 years ahead is in the past.
 */
int http_date_parse(const char *text, int64_t now, int64_t *seconds) MUST_CHECK;
