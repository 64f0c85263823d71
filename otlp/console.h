/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot as text for a terminal (UTF-8). */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Append the snapshot: scopes and metrics in its order, series by value, largest first, at most
 * `max_series` of each metric (0: all). `colour` uses ANSI escape sequences; text from outside can
 * not. Series that are not live and what has none are left out. 0, or -ENOMEM, also if `out` has
 * reached its limit.
 */
int console_write(struct buf *out, const struct snapshot *snapshot, bool colour,
	uint32_t max_series) MUST_CHECK;
