/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of instruments, read as bpf/otel_slots.bpf.h says it, not as src/read has it: this is
 * the judge of both. A failure fails the test. */
#pragma once

#include <bpf/libbpf.h>
#include <stddef.h>
#include <stdint.h>

struct memory {
	const unsigned char *bytes;
	size_t stride, value_offset, key_size;
	uint32_t elements;
};

struct memory open_slots(struct bpf_object *object, const char *name);
void close_memory(const struct memory *memory);
const void *slot_key(const struct memory *slots, uint32_t slot);
const uint64_t *slot_value(const struct memory *slots, uint32_t slot);

/* All CPUs' values of an index; -1: what had no place. */
uint64_t shard_sum(struct bpf_object *object, const char *map, int index);
/* Adds up all slots whose values are `words` counters, the overflow slot apart; returns how many
 * are used. Their keys must be whole, and each is found by the index. */
unsigned int total(struct bpf_object *object, const char *map, uint64_t *sum, uint64_t *overflow,
	size_t words);
/* How many slots are free; empties the list of them. */
unsigned int free_slots(struct bpf_object *object, const char *map);
