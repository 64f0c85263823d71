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

struct feed;

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
/* What was set last counts, not what was added up. */
bool feed_is_gauge(const struct feed *feed);

/* Rows of the last pass, and keys that could not be decoded since the start with the text of the
 * last one. */
uint64_t feed_rows(const struct feed *feed);
uint64_t feed_undecodable(const struct feed *feed, const char **text);
/* Keys that a decoder left out on purpose, since the start. */
uint64_t feed_skipped(const struct feed *feed);
