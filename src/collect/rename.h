/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows whose attributes change while they are there: an interface is called something else. What
 * such a row had counted until then stays with the series of the old name for as long as the row is
 * there, and the new name counts from there: no event is told twice, and none is lost, also if the
 * receiver is away at that time. So what the row had then is marked.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct renames;

/* A name that a row does not have any more. */
struct rename_mark {
	struct rename_mark *next; /* the name that followed; NULL: that is the present one */
	uint32_t series, generation, place;
	uint32_t count;		/* of values: one, or one for each CPU */
	unsigned char values[]; /* when the name ended, `value_size` apart */
};

/* NULL when out of memory. */
struct renames *renames_new(size_t value_size);
void renames_free(struct renames *renames); /* accepts NULL */

/* A pass begins. True if names are to be looked up again in it. */
bool renames_begin(struct renames *renames);

/* How many began. For the process after this one. */
uint32_t renames_pass(const struct renames *renames);
void renames_set_pass(struct renames *renames, uint32_t pass);

/*
 * The name of a row ends here; `row` is 0 or what this answered for the row before. The values,
 * `name->count` of them `stride` bytes apart, are copied. 0: no memory, or LIMIT_RENAMES are marked
 * already: the row has to keep its name.
 */
uint32_t renames_add(struct renames *renames, uint32_t row, const struct rename_mark *name,
	const unsigned char *values, size_t stride);
/* The row's names, oldest first. NULL for row 0. */
const struct rename_mark *renames_first(const struct renames *renames, uint32_t row);
/* The row is gone. */
void renames_drop(struct renames *renames, uint32_t row);

/* Memory for one value. */
unsigned char *renames_scratch(struct renames *renames);
