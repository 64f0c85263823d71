/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map in which programs look up cgroups: kept so that it has those whose paths match. A cgroup is
 * there from the first update after it was made.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "config/definition.h"
#include "probe/probe.h"

struct cgroup_map;

/* Needs no privileges, and nothing loaded: -EINVAL for a map that is not there or of other sizes,
 * and for a pattern that is none. `definition` and `probe` must outlive it. */
int cgroup_map_new(struct cgroup_map **result, const struct cgroup_map_definition *definition,
	const struct probe *probe, struct err *err) MUST_CHECK;
void cgroup_map_free(struct cgroup_map *map); /* accepts NULL */

/* Look at all cgroups. The object is loaded. -ENOENT without cgroups of version 2, -E2BIG if the
 * map is too small, or why it cannot be written. */
int cgroup_map_update(struct cgroup_map *map, struct err *err) MUST_CHECK;
