/* SPDX-License-Identifier: Apache-2.0 */
/* What retire*.c share. */
#pragma once

#include "base/limits.h"
#include "collect/reclaim.h"
#include "collect/retire.h"

enum {
	/* Passes after the grace period: one reads what the slot has, the next comes after that was
	 * sent. */
	RETIRE_PASSES = 2,
};

struct idle {
	uint64_t digest;
	uint64_t since; /* 0: not looked at yet; LEAVING */
};
#define LEAVING UINT64_MAX

struct leaving {
	uint32_t number;
	uint32_t passes; /* since nobody holds the number */
	bool safe;	 /* nobody holds the number */
	bool retired;	 /* only its number is not free yet */
};

struct retirement {
	struct retirement_options options;
	uint64_t next_look;
	struct idle *idle; /* by slot */
	struct leaving leaving[LIMIT_RETIRING];
	size_t leaving_count;
	uint64_t count;
	struct reclaim
		*reclaim; /* NULL: nothing was left by a process before, or all is taken over */
};

/* The slot is on its way. There is room for it. */
void retirement_leave(struct retirement *retirement, const struct leaving *leaving);
