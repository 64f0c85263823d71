/* SPDX-License-Identifier: Apache-2.0 */
/* A plan, made from definition text and a map description. */
#pragma once

#include "collect/plan.h"

struct fixture {
	struct arena arena;
	struct pack_definition pack;
	struct pack_plan plan;
	struct err err;
	int result; /* of pack_plan_init */
};

/* `metric`: the lines of one metric behind "metrics:", two blanks deep; the definition must be
 * valid. */
void fixture_plan(struct fixture *fixture, const char *metrics, const struct map_info *const *maps,
	size_t map_count);
/* The whole text of a definition, in either dialect. */
void fixture_plan_file(struct fixture *fixture, const char *text,
	const struct map_info *const *maps, size_t map_count);
void fixture_end(struct fixture *fixture);
