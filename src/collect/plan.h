/* SPDX-License-Identifier: Apache-2.0 */
/* A metric's definition bound to the maps of the object: which bytes are which attribute and which
 * value. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "config/definition.h"
#include "decode/decode.h"
#include "model/model.h"
#include "read/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attribute_plan {
	const char *name;
	const struct field *field;
	struct decode_chain *chain;
	bool by_enum_name; /* no decoder is named and the field is an enum */
	bool as_text;	   /* numbers become text */
	bool hidden;	   /* a view leaves it out: keys that differ in it only add up */
};

struct metric_plan {
	const struct metric_definition *definition;
	enum instrument instrument;
	const struct map_info *map;
	uint32_t key_size, value_size; /* of rows: the map's, or those of counted samples */
	bool samples;		       /* the map is a perf event array */
	const struct map_info
		*overflow; /* MAP_overflow: what found no place in a full map; NULL if none */
	struct attribute_plan *attributes;
	size_t attribute_count;
	const struct field *value;			    /* numbers */
	const struct field *sum, *buckets;		    /* histograms in one value */
	const struct field *zero_count, *max, *inverse_min; /* exponential histograms */
	uint32_t bucket_count; /* of the map, where those of the metric are others or have no bounds
				*/
	/* Which of the metric's buckets each of the map's is part of; NULL: they are the same. */
	const uint16_t *merge;
	struct attribute_plan row_number; /* histograms in rows: which bucket a row is */
	const double *bounds;		  /* histograms: one less than buckets */
	uint32_t bound_count;
	bool octaves;		  /* histograms: sent as exponential ones */
	uint32_t max_series;	  /* 0: the default */
	uint64_t idle_timeout_ns; /* 0: series do not end while the map has them */
	bool keeps_cpus;
	bool is_volatile; /* the attributes of a key may change */
	bool zero_key;	  /* only the row with the key 0 counts */
	bool zeros_count; /* rows of an array that are all zero are values too */
};

struct pack_plan {
	struct metric_plan *metrics; /* as many as in the definition, in its order */
	size_t metric_count;
	const struct note *notes; /* what is no mistake, but may surprise */
};

/*
 * Bind every metric of the pack. Needs the maps' BTF, not their descriptors: nothing has to be
 * loaded. All mistakes are reported in one run, one per line ("FILE:LINE:COLUMN: ..."). Memory is
 * in `arena`, but the decode chains have to be released by pack_plan_fini. `pack` and `maps` must
 * outlive the plan.
 */
int pack_plan_init(struct pack_plan *plan, const struct pack_definition *pack,
	const struct map_info *const *maps, size_t map_count, struct arena *arena,
	struct err *err) MUST_CHECK;
void pack_plan_fini(struct pack_plan *plan);

static inline bool map_is_percpu(const struct map_info *map)
{
	uint32_t type = map->type;

	if (map->table.kind == TABLE_SHARDS)
		return true;
	/* BPF_MAP_TYPE_PERCPU_HASH, _PERCPU_ARRAY, _LRU_PERCPU_HASH: linux/bpf.h */
	return type == 5 || type == 6 || type == 10;
}

static inline bool map_type_is_samples(uint32_t type)
{
	/* BPF_MAP_TYPE_PERF_EVENT_ARRAY */
	return type == 4;
}

static inline bool map_type_is_array(uint32_t type)
{
	/* BPF_MAP_TYPE_ARRAY, _PERCPU_ARRAY */
	return type == 2 || type == 6;
}
