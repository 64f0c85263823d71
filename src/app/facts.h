/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only the kernel can tell about a pack's programs and maps: each answer is a system call or
 * more, so that it is asked between exports and not while collecting.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "probe/probe.h"

#include <stdint.h>

struct facts {
	uint64_t *map_bytes;	       /* by number of the map */
	struct program_info *programs; /* by number of the program */
};

/* Memory in `arena`, for a probe that is loaded; everything is 0 until facts_refresh. -ENOMEM. */
int facts_init(struct facts *facts, const struct probe *probe, struct arena *arena,
	struct err *err) MUST_CHECK;
void facts_refresh(struct facts *facts, const struct probe *probe);
