/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Take slots of bpf/otel_slots.bpf.h back while programs run (marks: read/table.h):
 *
 *     slot_mark(number); forget(key); grace_wait(); what the slot has now is its last value;
 *     slot_end(number); release(number)
 *
 * Until the end of grace_wait programs may still add to the slot.
 */
#pragma once

#include "base/compiler.h"
#include "read/map.h"

#include <stdint.h>

/* The system calls, so that tests can stand in for the kernel. All return 0 or a negative errno. */
struct slot_calls {
	/* The key leaves the index: its next event takes another slot. 0 also if it is not there.
	 */
	int (*forget)(const struct map_info *table, const void *key);
	/* It comes back into the index, at this slot. -EEXIST if it has another one already. */
	int (*restore)(const struct map_info *table, const void *key, uint32_t number);
	/* At which slot the index has it: -ENOENT if it does not. */
	int (*find)(const struct map_info *table, const void *key, uint32_t *number);
	/* No program holds the number any more: the slot becomes zero and free. */
	int (*release)(const struct map_info *table, uint32_t number);
	/* The free slot that is the next to be used becomes the last to be: -ENOENT if none is
	 * free. A key that comes in between may find none, and is counted as what finds no slot is.
	 */
	int (*rotate)(const struct map_info *table, uint32_t *number);
};
extern const struct slot_calls slot_calls_kernel;
