/* SPDX-License-Identifier: Apache-2.0 */
/* What a receiver has that adds up what it gets, and what it must never see. */
#pragma once

#include "conservation/kernel.h"
#include "sink/request.h"

struct receiver {
	const struct kernel *kernel; /* borrowed */
	struct amount sums[MAPS_MAX][KEYS + 1];
	struct amount rejected[MAPS_MAX][KEYS + 1];
	uint64_t starts[MAPS_MAX][KEYS + 1],
		ends[MAPS_MAX][KEYS + 1];	/* of the last point that was taken */
	uint64_t counts[MAPS_MAX][KEYS + 1];	/* points that were taken */
	struct amount last[MAPS_MAX][KEYS + 1]; /* cumulative: the last total */
	uint64_t points;
	char fault[256]; /* "" : none */
};

/*
 * Take the request's points, but for the first `rejected` of them, which are told as rejected.
 * Sets `fault` for a point that no receiver should get: one that overlaps the last, goes back, or,
 * being a delta, has nothing to tell.
 */
void receiver_take(
	struct receiver *receiver, const struct sink_request *request, uint64_t rejected);

/* Sets `fault` if what was taken and rejected is not the kernel's truth. */
void receiver_compare(struct receiver *receiver);
