/* SPDX-License-Identifier: Apache-2.0 */
/* What all of the model may see of it. Private to the model. */
#pragma once

#include "model/series.h"

struct model {
	struct snapshot snapshot;
	struct scope **scopes; /* snapshot.scopes is this array */
	uint64_t previous_time;
	uint64_t collection;
	uint64_t overflow_count;
	enum temporality_preference preference;
	struct hash_seed seed;
};

/* When a series begins that is new in this collection, or counts anew. */
uint64_t metric_first_start(const struct metric *metric);
