/* SPDX-License-Identifier: Apache-2.0 */
/* One map -> one metric: in batches, or from mapped memory. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "collect/plan.h"
#include "model/model.h"
#include "read/reader.h"
#include "read/table.h"

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct feed;
struct input;

int feed_new(struct feed **feed, const struct metric_plan *plan, struct scope *scope,
	struct err *err) MUST_CHECK;
void feed_free(struct feed *feed);

void feed_begin(struct feed *feed);
/* Add the rows of the batch to the metric. -ENOMEM, or 0: rows that cannot be decoded are only
 * counted. */
int feed_batch(struct feed *feed, const struct batch *batch) MUST_CHECK;
/* Add what the table has. -ENOMEM, or 0. Allocates and calls the system for new keys only. */
int feed_table(struct feed *feed, const struct table *table) MUST_CHECK;
/* The row of the map's overflow companion. */
int feed_overflow(struct feed *feed, const struct batch *batch) MUST_CHECK;
/* The pass is complete (forget keys that are gone), or was cut short (no points, series go on). */
void feed_end(struct feed *feed, bool complete);

/*
 * A slot is taken back (retire.c), in this order; between two passes, before model_end.
 * Idle: its key is known, what the last snapshot has of it was delivered, and nothing is lost when
 * it ends. Prepare: 0 or -ENOMEM. Retire: it does not change any more; what it has goes on to count
 * as long as its series has other slots. Release: its number is free.
 */
bool feed_slot_is_idle(const struct feed *feed, uint32_t number, uint32_t state);
bool feed_slot_is_delivered(const struct feed *feed, uint32_t number);
int feed_prepare_retire(struct feed *feed, uint32_t number) MUST_CHECK;
void feed_retire_slot(struct feed *feed, const struct table *table, uint32_t number);
void feed_release_slot(struct feed *feed, uint32_t number);
/*
 * For the process after this one: which series its rows are and how they were called before, and
 * what slots had that were taken back. Write: after model_end. Read: before the first pass, when
 * the metric has its series again (marks.h). -EINVAL if it is of something else, -ENOMEM.
 */
void feed_write(const struct feed *feed, struct buf *out);
int feed_read(struct feed *feed, struct input *in) MUST_CHECK;
/* After feed_read, of a table with an idle_timeout: the slot that had this state was on its way,
 * and had these words for the last time. They are told until they are delivered. -ENOMEM. */
int feed_inherit_slot(
	struct feed *feed, uint32_t number, uint32_t state, const uint64_t *words) MUST_CHECK;
/* What it has is counted already. */
void feed_drop_slot(struct feed *feed, uint32_t number, uint32_t state);
/* Its state is this one: if it is not what it was, then it is to be learnt. */
void feed_check_slot(struct feed *feed, uint32_t number, uint32_t state);

/* What was set last counts, not what was added up. */
bool feed_is_gauge(const struct feed *feed);

/* Rows of the last pass, and keys that could not be decoded since the start with the text of the
 * last one. */
uint64_t feed_rows(const struct feed *feed);
uint64_t feed_undecodable(const struct feed *feed, const char **text);
/* Keys that a decoder left out on purpose, since the start. */
uint64_t feed_skipped(const struct feed *feed);
