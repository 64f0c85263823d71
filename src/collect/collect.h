/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pack's collection: reads its maps, decodes what is new, adds the values to the model. Each
 * map is read once, whatever the number of metrics made of it.
 */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "collect/plan.h"
#include "model/model.h"
#include "read/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct collector;

/* Makes the metrics in `scope` and the readers of the maps, which must be loaded. `plan` must
 * outlive the collector. */
int collector_new(struct collector **collector, const struct pack_plan *plan, struct scope *scope,
	const struct map_calls *calls, struct err *err) MUST_CHECK;
void collector_free(struct collector *collector);

/*
 * Read all maps, between model_begin and model_end. A map that cannot be read costs the points of
 * its metrics in this collection and nothing else: the others are read, and the result is the first
 * failure.
 */
int collector_run(struct collector *collector, struct err *err) MUST_CHECK;

/*
 * After collector_run, before model_end: let series end that are idle for longer than their
 * metric's idle_timeout. `now` in ns of a clock that does not jump. If one of the collectors
 * answers *waits, then grace_wait() and collector_retire_end() follow; without waiting it is tried
 * again in the next collection. All is done for each map, whatever the result of others: it is the
 * first failure.
 */
int collector_retire_begin(
	struct collector *collector, uint64_t now, bool *waits, struct err *err) MUST_CHECK;
int collector_retire_end(struct collector *collector, uint64_t now, struct err *err) MUST_CHECK;
/* Whether there is anything that could end. */
bool collector_retires(const struct collector *collector);

/*
 * For a process that goes on with the same maps. Write: what is known of their rows, after
 * model_end. Read: before the first collection, when the scope has its series again
 * (model/marks.h). -EINVAL if it is of another pack, -ENOMEM, or what the kernel says.
 */
void collector_write(const struct collector *collector, struct buf *out);
int collector_read(
	struct collector *collector, const void *bytes, size_t size, struct err *err) MUST_CHECK;

struct collector_map_stats {
	const struct map_info *map;
	uint64_t entries; /* met by the last pass that was complete; 0 for arrays that were never
			     written */
	uint64_t read_errors; /* passes that failed, since the start */
	bool has_slots;
	/* If has_slots: events that found no slot; of these, those for which one was free; slots
	 * that were taken back. Since the programs were loaded. */
	uint64_t rest_events, rest_failed, retired;
};
size_t collector_map_count(const struct collector *collector);
void collector_map_stats(
	const struct collector *collector, size_t index, struct collector_map_stats *stats);

/* Keys that could not be decoded, since the start. */
uint64_t collector_undecodable(const struct collector *collector);
/* Keys that a decoder left out on purpose, since the start. */
uint64_t collector_skipped(const struct collector *collector);
/* The last key that could not be decoded: "" if there was none. */
const char *collector_undecodable_text(const struct collector *collector);
