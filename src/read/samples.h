/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A perf event array whose samples are keys: each counts once, here, because such a map holds
 * nothing for long. What is lost, because nobody read it in time or because there are too many
 * keys, is counted.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "read/map.h"
#include "read/reader.h"

#include <stdint.h>

struct samples;

/* The map is loaded. A sample's first `key_size` bytes are its key. */
int samples_new(struct samples **samples, const struct map_info *map, uint32_t key_size,
	struct err *err) MUST_CHECK;
void samples_free(struct samples *samples); /* accepts NULL */

/*
 * Count what has arrived. `batch` then has all keys since the start with their counts (uint64_t),
 * and `lost` how many samples had no key or found no place; both are valid until the next call.
 */
int samples_read(struct samples *samples, struct batch *batch, const uint64_t **lost,
	struct err *err) MUST_CHECK;
