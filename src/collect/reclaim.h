/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table whose slots a process before this one took back, until it was ended at some instant.
 * Slots may have lost their key and still be there, or be empty and not free. Programs go on
 * meanwhile. So what is looked at changes, but
 *
 *     a slot with a key that the index does not have there was on its way: whoever retires slots
 *     has to end what was begun;
 *     a slot is lost if it is empty, and not among the free ones, although all programs that might
 *     have held its number have ended.
 *
 * The list of free slots cannot be read: it is a queue, which is turned round once, number by
 * number. One that a program takes in the meantime and gives back, because it lost a race for its
 * key, is not met: so what is not met is looked for twice again, each time after a grace period.
 */
#pragma once

#include "base/compiler.h"
#include "read/slots.h"
#include "read/table.h"

#include <stdbool.h>
#include <stdint.h>

struct reclaim;

/* Both must outlive it. NULL when out of memory. */
struct reclaim *reclaim_new(const struct table *table, const struct slot_calls *calls);
void reclaim_free(struct reclaim *reclaim); /* accepts NULL */

/* False: not now, ask again with the next pass. */
typedef bool reclaim_orphan(void *context, uint32_t number);

/*
 * Once in a collection. `orphan` is called for each slot that has lost its key. Sets *waits if a
 * grace period has to pass before the next time (reclaim_waited). 1: all is done; 0: not yet; or
 * what the kernel says, and then it goes on with the next pass. System calls: one for each slot
 * that is used, two for each that is free, the latter up to three times.
 */
int reclaim_pass(
	struct reclaim *reclaim, reclaim_orphan *orphan, void *context, bool *waits) MUST_CHECK;
void reclaim_waited(struct reclaim *reclaim);
