/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units: UCUM 2.1, case sensitive (c/s), as far as metrics use it. The atoms are a selection (SI,
 * time, information, and what machines measure); another atom is one more row in unit.c.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL if `unit` is one, otherwise what is wrong with it, in `text`. */
const char *unit_check(const char *unit, char *text, size_t size);

enum unit_relation {
	UNIT_CONVERTS,	 /* *divisor: how many `from` one `to` has */
	UNIT_UNKNOWN,	 /* one of them is not in the table of conversions */
	UNIT_OTHER_KIND, /* a time and a size, for example */
	UNIT_SMALLER,	 /* `to` is smaller than `from`, or no whole multiple of it */
};
enum unit_relation unit_divisor(const char *from, const char *to, uint64_t *divisor);
