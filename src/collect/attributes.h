/* SPDX-License-Identifier: Apache-2.0 */
/* Map bytes -> values and attributes, as a plan says. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "collect/plan.h"

#include <stddef.h>
#include <stdint.h>

/* The integer in the field of the key or value at `bytes`, sign-extended if the field is signed. */
uint64_t field_integer(const struct field *field, const unsigned char *bytes);

/* Write it there. */
void field_set_integer(const struct field *field, unsigned char *bytes, uint64_t value);

/* The field as the first decoder of a chain gets it. Points into `bytes`. */
struct value field_value(const struct field *field, const unsigned char *bytes);

/* Tell the decoders which keys come next: one pass over a file may serve all. `keys` are `count`
 * pointers to keys. */
int attributes_prepare(const struct metric_plan *plan, const unsigned char *const *keys,
	size_t count, struct arena *arena) MUST_CHECK;

/*
 * The attributes of a key, into attrs[plan->attribute_count + 1]; *count says how many. Behind the
 * key stands the CPU's number (uint32_t) if plan->keeps_cpus. Strings live in `arena`. -EINVAL with
 * `err` if a field cannot be decoded; DECODE_SKIP if the key is not wanted.
 */
int attributes_decode(const struct metric_plan *plan, const unsigned char *key, struct attr *attrs,
	size_t *count, struct arena *arena, struct err *err) MUST_CHECK;

/* The number that the attribute's decoders make of the key's field: -EINVAL with `err` if it is
 * none. */
int attribute_number(const struct attribute_plan *attribute, const unsigned char *key,
	uint64_t *number, struct arena *arena, struct err *err) MUST_CHECK;
