/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a file in the dialect of ebpf_exporter, one source file each. Only for
 * ebpf_exporter*.c. */
#pragma once

#include "config/decimal.h"
#include "config/definition.h"
#include "config/rows.h"

struct exporter_labels {
	struct attribute_definition *labels;
	size_t count;
	uint32_t size; /* of the key: all labels with their padding */
};

struct exporter_buckets {
	const char *type;
	uint64_t min, max;
	struct decimal multiplier;
	uint64_t *keys; /* fixed, in the order of the file */
	size_t key_count;
	const struct yaml_node *min_at, *max_at, *keys_at; /* NULL: not in the file */
};

extern const struct shape shape_labels, shape_bucket_type, shape_bucket_number, shape_bucket_keys,
	shape_multiplier;

/* A whole file. */
extern const struct table ebpf_exporter_table;

extern const struct shape shape_cgroup_map;

row_parser row_cgroup_map; /* struct pack_definition */
row_parser row_labels;	   /* struct exporter_labels */
row_parser row_bucket_type, row_bucket_min, row_bucket_max, row_bucket_keys,
	row_bucket_multiplier; /* struct exporter_buckets */

/*
 * The buckets of a histogram whose mapping is `node`, and whose last label is the bucket: false
 * (and reported) if they make no histogram.
 */
bool make_bucket_rows(struct parse *parse, const struct yaml_node *node,
	const struct exporter_buckets *buckets, struct bucket_rows *rows);

/* "labels:" with nothing behind it, or an empty list. */
bool is_nothing(const struct yaml_node *node);

/* A whole number; `expected` says of which range. False (and reported) if it is none. */
bool node_number(struct parse *parse, const struct yaml_node *node, uint64_t most,
	const char *expected, uint64_t *number);
