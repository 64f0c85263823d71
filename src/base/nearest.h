/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean": the name nearest to a misspelt one, by edit distance (insert, delete, replace,
 * swap neighbours). Offer every name that would have been right; case does not count.
 */
#pragma once

#include <stddef.h>

enum {
	NEAREST_LENGTH = 64
}; /* longer names are never near */

struct nearest {
	const char *wanted;
	const char *name; /* best so far; NULL if none is near enough to be meant */
	size_t distance;  /* of `name`; before the first, the least distance that is too far */
};

/* `wanted` and all names are borrowed. */
void nearest_init(struct nearest *nearest, const char *wanted);
/* Of equally near names the first stays. */
void nearest_offer(struct nearest *nearest, const char *name);
