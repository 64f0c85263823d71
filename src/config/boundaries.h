/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boundaries of explicit buckets, as people write them: metrics SDK, "Explicit Bucket Histogram
 * Aggregation". A boundary belongs to the bucket below it.
 */
#pragma once

#include "config/decimal.h"
#include "config/position.h"

#include <stdbool.h>
#include <stddef.h>

struct parse;
struct shape;
struct yaml_node;

struct boundary {
	struct decimal value; /* in the metric's unit */
	struct position position;
};

struct boundaries {
	const char *file; /* in which they stand */
	struct position position;
	struct boundary *list; /* strictly increasing */
	size_t count;	       /* at most LIMIT_BOUNDS; 0: one bucket */
	bool unspecified;      /* none are named: those that suit the map */
};

extern const struct shape shape_boundaries;

/* Into *boundaries, a list; false and reported if it is wrong. */
bool boundaries_parse(
	struct parse *parse, const struct yaml_node *node, struct boundaries *boundaries);
