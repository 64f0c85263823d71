/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a scope must outlive the process, so that no count and no start time changes: of each
 * series its attributes, number and start time, what it had when it was last read and, under delta
 * temporality, what is still to be delivered. In host byte order: for the next process of this
 * machine, not for another one.
 */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "model/model.h"

#include <stddef.h>
#include <stdint.h>

/* Changes with what marks_write writes: marks of another version cannot be read. */
enum {
	MARKS_VERSION = 1
};

/* Append the scope as the last model_end left it. What was acknowledged since is delivered. */
void marks_write(const struct scope *scope, struct buf *out);

/*
 * Make the series of a scope that has all its metrics, but had no collection yet; they keep their
 * numbers. `time` is that of the collection of which the marks are: series that are new in the next
 * one begin there. -EINVAL if these are not the marks of such a scope, -ENOMEM: the scope is then
 * of no use.
 */
int marks_read(struct scope *scope, const void *bytes, size_t size, uint64_t time,
	struct err *err) MUST_CHECK;

/* Series of one scope: from (metric, series) up to but not including the second such pair. */
struct marks_range {
	uint32_t metric_from, series_from;
	uint32_t metric_to, series_to;
};

/* After marks_read: those of them that were live at `time`, which is that of their last snapshot,
 * had been delivered. */
void marks_settle(struct scope *scope, const struct marks_range *range, uint64_t time);
