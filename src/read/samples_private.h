/* SPDX-License-Identifier: Apache-2.0 */
/* The counting, without the kernel. Only for samples.c and its test. */
#pragma once

#include "read/key_set.h"

#include <stddef.h>
#include <stdint.h>

struct sample_counts {
	struct key_set keys;
	uint64_t *counts; /* by the place of the key */
	uint32_t room;	  /* of counts */
	uint64_t lost;
};

void sample_counts_init(struct sample_counts *counts, uint32_t key_size, uint32_t limit);
void sample_counts_fini(struct sample_counts *counts);
/* A sample: what is too short, or finds no place, is lost. */
void sample_counts_add(struct sample_counts *counts, const void *data, size_t size);
