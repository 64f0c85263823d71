/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views: metrics SDK specification, "View". What a pack's definition makes of its maps is changed
 * before it is bound to them: so a view costs nothing while metrics are collected.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "config/boundaries.h"
#include "config/definition.h"
#include "config/position.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VIEW_SCALE_MIN = -10,
	VIEW_SCALE_MAX = 20,
};

enum aggregation {
	AGGREGATION_DEFAULT, /* as the definition says */
	AGGREGATION_DROP,
	AGGREGATION_SUM,
	AGGREGATION_LAST_VALUE,
	AGGREGATION_EXPLICIT,
	AGGREGATION_EXPONENTIAL,
};

struct view {
	const char *file;
	struct position position;
	/* Which instruments; NULL: any. '*' and '?' stand for any text and any character. */
	const char *instrument_name, *instrument_type, *unit;
	const char *meter_name, *meter_version, *meter_schema_url;
	/* What becomes of them; NULL and 0: as they are. */
	const char *name, *description;
	uint32_t cardinality_limit;
	struct attribute_filter *filter;
	enum aggregation aggregation;
	struct boundaries boundaries; /* AGGREGATION_EXPLICIT */
	uint32_t max_size;	      /* AGGREGATION_EXPONENTIAL */
	int32_t max_scale;	      /* the same */
};

/* As the instruments of definitions are called. */
enum instrument_kind {
	KIND_COUNTER,
	KIND_UPDOWNCOUNTER,
	KIND_GAUGE,
	KIND_HISTOGRAM,
	KIND_COUNT
};

struct views {
	struct view *list;
	size_t count;
	enum aggregation histograms; /* of the exporter: where no view says another */
	/* Of the reader: where neither a view nor the definition says another; 0: the default. */
	uint32_t cardinality[KIND_COUNT];
};

/* `text` is what the pattern says, whatever the case of letters if `any_case`. */
bool wildcard_matches(const char *pattern, const char *text, bool any_case);

/*
 * Make of the pack's metrics what the views make of them: none, one or several for each. What a
 * view cannot do is a note of the pack, and the view is left out for that instrument (metrics SDK,
 * "MeterProvider", "View"). 0 or -ENOMEM.
 */
int views_apply(const struct views *views, struct pack_definition *pack, struct arena *arena,
	struct err *err) MUST_CHECK;
