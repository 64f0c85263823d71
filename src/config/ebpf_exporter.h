/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dialect of ebpf_exporter (https://github.com/cloudflare/ebpf_exporter, its README at v2.5.1,
 * "Configuration file format"): a metric is called as its map, keys are described by sizes, a
 * histogram has one map entry per bucket. What of it is not supported, and where it is taken
 * differently on purpose, stands in docs/migrating-from-ebpf_exporter.md.
 */
#pragma once

#include "config/definition.h"
#include "config/rows.h"

#include <stdbool.h>

/* Whether the file says by its shape that it is in that dialect: `metrics` is a mapping of counters
 * and histograms, not a list, or there are spans. */
bool ebpf_exporter_recognise(const struct yaml_node *root);

/* What is wrong goes into parse->report, what is left out into pack->notes. */
void ebpf_exporter_parse(struct parse *parse, const struct yaml_node *root,
	const struct definition_options *options, struct pack_definition *pack);
