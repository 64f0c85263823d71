// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel_exponential.bpf.h"

#include "test_exponential.h"

struct batch batch;

static __always_inline void find(__u64 value, const struct otel_bounds *table, __u32 found[SCALES])
{
	found[0] = otel_bucket(value, table, 0, 0, OTEL_OCTAVES);
	found[1] = otel_bucket(value, table, 1, 0, OTEL_OCTAVES);
	found[2] = otel_bucket(value, table, 2, 0, OTEL_OCTAVES);
	found[3] = otel_bucket(value, table, 3, 0, OTEL_OCTAVES);
	found[4] = otel_bucket(value, table, 4, 0, OTEL_OCTAVES);
	found[5] = otel_bucket(value, table, 5, 0, OTEL_OCTAVES);
	found[6] = otel_bucket(value, table, 6, 0, OTEL_OCTAVES);
}

SEC("raw_tp/find_bucket")
int find_bucket(__u64 *context)
{
	__u64 i = context[0];
	__u64 value;

	if (i >= BATCH)
		return 0;
	value = batch.values[i];
	find(value, &otel_bounds_1, batch.found[i][0]);
	find(value, &otel_bounds_1000, batch.found[i][1]);
	find(value, &otel_bounds_1000000, batch.found[i][2]);
	find(value, &otel_bounds_1000000000, batch.found[i][3]);
	batch.narrow[i] = otel_bucket(
		value, &otel_bounds_1000000000, NARROW_SCALE, NARROW_FIRST, NARROW_OCTAVES);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
