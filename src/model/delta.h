/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delta temporality. What the kernel says (struct source) only ever adds to what is
 * to be delivered (struct series), and only an acknowledgement takes from it: so nothing is lost
 * while receivers refuse, when a counter begins anew, or when its map entry goes. Private to the
 * model.
 */
#pragma once

#include "model/series.h"

/* Where this collection's histogram is added up. `first`: it is the first of this collection. */
struct histogram *delta_source(struct metric *metric, uint32_t series, bool first);

struct exponential *delta_exponential_source(struct metric *metric, uint32_t series, bool first);

/* Does model_acknowledge. */
void delta_acknowledge(const struct snapshot *snapshot, const struct snapshot_place *from,
	const struct snapshot_place *to);

/* Of the series from `from` up to `to` those that were live at `time` had been delivered. */
void delta_settle(struct metric *metric, uint32_t from, uint32_t to, uint64_t time);
/* The point was acknowledged, or there was nothing left to deliver. */
bool delta_is_delivered(const struct metric *metric, uint32_t series);

/* Does metric_retire_histogram. `touched`: this collection has something of the series already. */
void delta_retire(struct metric *metric, uint32_t series, const struct histogram *retired,
	bool touched, uint64_t previous_time);

/*
 * What this collection makes of the series: points, and an end of those whose source is gone and of
 * which nothing is left to deliver. `skipped`: the source could not be read to its end, what it
 * gave does not count. `previous_time`: of the snapshot before.
 */
void delta_end_all(struct metric *metric, bool skipped, uint64_t previous_time);
