/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of one series, one block: its attributes, then its buckets, then its strings. Keys of
 * attributes are as a rule those of all series: they stand in the metric, once. Private to the
 * model.
 */
#pragma once

#include "base/compiler.h"
#include "model/series.h"

/* The series gets the attributes and empty buckets; at most LIMIT_ATTRIBUTES_PER_SERIES + 1
 * attributes, sorted, unique keys, which are copied. False when out of memory. */
bool block_make(struct metric *metric, uint32_t number, const struct attr *attrs,
	size_t attr_count) MUST_CHECK;
void block_free(struct metric *metric, uint32_t number);
