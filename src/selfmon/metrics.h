/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics that otelbpf has about itself. Only for this folder. */
#pragma once

#include "model/model.h"

enum self_metric {
	POINTS_EXPORTED,
	EXPORT_DURATION,
	COLLECTION_DURATION,
	PACK_ATTACHED,
	PACK_UNDECODABLE,
	PACK_SKIPPED,
	PROGRAM_RUNS,
	PROGRAM_TIME,
	PROGRAM_MISSED,
	MAP_ENTRIES,
	MAP_CAPACITY,
	MAP_MEMORY,
	MAP_READ_ERRORS,
	MAP_OVERFLOW,
	MAP_FAILED_INSERTS,
	MAP_RETIRED,
	SERIES_OVERFLOW,
	SELF_METRICS,
};

extern const struct metric_desc self_metrics[SELF_METRICS];
