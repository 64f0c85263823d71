/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that bind a metric share. Only for plan*.c. */
#pragma once

#include "collect/plan.h"

/* What the steps of binding one metric share. */
struct binding {
	const struct pack_definition *pack;
	const struct metric_definition *metric;
	const struct map_info *const *maps;
	size_t map_count;
	struct arena *arena;
	struct metric_plan *plan;
	const struct note **notes;
	struct err *err; /* gathers one line per mistake */
};

/* Add the mistake to binding->err; -EINVAL. */
int binding_fail(struct binding *b, struct position at, const char *format, ...) PRINTF_LIKE(3, 4);
/* -ENOMEM. */
int binding_no_memory(struct binding *b);

/* plan_decoders.c: make the chain of the attribute's decoders. */
int bind_decoders(struct binding *b, const struct attribute_definition *definition,
	struct attribute_plan *plan) MUST_CHECK;

/* An integer of at most 64 bits, whatever its meaning. */
static inline bool field_is_number(const struct field *field)
{
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_ENUM:
		return field->bits || field->size <= sizeof(uint64_t);
	default:
		return false;
	}
}

/* plan_histogram.c: a histogram of the map's own buckets, or of an exponential histogram's. */
int bind_buckets(struct binding *b) MUST_CHECK;
int bind_exponential(struct binding *b) MUST_CHECK;

/* plan_size.c: the attributes and the value of a metric whose keys are described by sizes. */
int bind_by_size(struct binding *b) MUST_CHECK;

/* plan_boundaries.c: explicit buckets as `boundaries` wants them, of those that the map has. */
int bind_boundaries(struct binding *b) MUST_CHECK;
/* The same file: whether the buckets are those of an exponential histogram. */
int bind_octaves(struct binding *b) MUST_CHECK;
/* plan_idle.c: after the value is bound. */
int bind_idle_timeout(struct binding *b) MUST_CHECK;
