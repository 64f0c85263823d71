/* SPDX-License-Identifier: Apache-2.0 */
/* Series of all packs that end because nothing changes (idle_timeout): one wait for all of them. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "base/log.h"
#include "read/grace.h"

#include <stddef.h>
#include <stdint.h>

struct pack;

struct retire {
	struct grace grace; /* only if a pack needs it */
	struct log_repeat failures;
};

/* After the packs were started. */
int retire_init(struct retire *retire, const struct pack *packs, size_t pack_count,
	struct err *err) MUST_CHECK;
void retire_fini(struct retire *retire); /* accepts a zeroed one */

/* Between the collections of the packs and model_end, at `now` (CLOCK_MONOTONIC ns). What fails is
 * told once, and tried again in the next collection. */
void retire_run(struct retire *retire, const struct pack *packs, size_t pack_count, uint64_t now);
