/* SPDX-License-Identifier: Apache-2.0 */
/* Memory as bpf/otel_slots.bpf.h lays it out, in a file that can be mapped instead of a BPF map. */
#pragma once

#include "read/table.h"

#include <stddef.h>
#include <stdint.h>

struct table_memory {
	struct map_info info;
	struct field key_field, value_field;
	unsigned char *bytes;
};

/* Slots with keys of 4 bytes, the field "", and values of `value_size`. `info.value` stands for one
 * counter unless the caller changes it. */
void slots_make(struct table_memory *memory, uint32_t entries, uint32_t value_size);
/* As an instrument does it. */
void slot_publish(struct table_memory *memory, uint32_t slot, uint32_t key);
uint64_t *slot_words(struct table_memory *memory, uint32_t slot);

/* `values` values in each of `shards` shards. */
void shards_make(struct table_memory *memory, uint32_t values, uint32_t shards);
uint64_t *shard_word(struct table_memory *memory, uint32_t shard, int value); /* -1: no place */

void table_memory_free(struct table_memory *memory);
