/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The slots of one table whose series do not change any more become free, without losing what a
 * program adds at that moment. A slot is idle when it did not change for the timeout and what it
 * has was delivered. Then
 *
 *     its key leaves the index;
 *     all programs that may know its number end (read/grace.h): now it does not change any more;
 *     what it has then is delivered with the next snapshots, as if nothing had been;
 *     once that has been acknowledged, its number becomes free.
 *
 * An event that comes meanwhile takes another slot, and its series goes on. If none comes, it ends.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "collect/feed.h"
#include "read/slots.h"
#include "read/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct input;
struct retirement;

struct retirement_options {
	const struct table *table; /* borrowed, like the feeds: must outlive it */
	struct feed *const *feeds; /* all that are made of the table */
	size_t feed_count;
	uint64_t timeout_ns;
	const struct slot_calls *calls;
};

/* NULL when out of memory. */
struct retirement *retirement_new(const struct retirement_options *options);
void retirement_free(struct retirement *retirement);

/*
 * After a pass over the table that was complete, before model_end; `now` in ns of a clock that does
 * not jump. *waits: a grace period has to pass, then call retirement_end, before the next pass. A
 * negative errno: the kernel refused, some slots stay for now. System calls only for slots that
 * end: at most 4 for each, and for LIMIT_RETIRING slots at once.
 */
int retirement_begin(
	struct retirement *retirement, uint64_t now, bool *waits, struct err *err) MUST_CHECK;
int retirement_end(struct retirement *retirement, uint64_t now, struct err *err) MUST_CHECK;

/*
 * For the process after this one, which may begin at any instant: what no program changes any more,
 * and had, when it was last collected. Write: after retirement_end. Read: after the feeds were; the
 * table is then taken over as the process before left it (reclaim.h), with the next passes. -EINVAL
 * if it is of something else, -ENOMEM, or what the kernel says.
 */
void retirement_write(const struct retirement *retirement, struct buf *out);
int retirement_read(struct retirement *retirement, struct input *in) MUST_CHECK;

/* Instead, after a pass that failed. */
void retirement_skip(struct retirement *retirement);

/* Slots that became free since the start. */
uint64_t retirement_count(const struct retirement *retirement);
