/* SPDX-License-Identifier: Apache-2.0 */
/* Models with known contents for the tests of otlp/. */
#pragma once

#include "model/model.h"

#include <stddef.h>
#include <stdint.h>

#define SAMPLE_CREATED UINT64_C(1700000000000000000)
#define SAMPLE_TIME    UINT64_C(1700000060000000000)

enum {
	SAMPLE_POINTS = 9, /* in the sample's snapshot */
};

struct sample {
	struct attr resource_attrs[2];
	struct resource resource;
	struct model *model;
	const struct snapshot *snapshot;
};

/*
 * Scope "net" 1.2.3: counter packets {packet} with 3 integer series; updowncounter queue (-5);
 * gauge temperature, divisor 1000 (0.25). Scope "disk": histogram latency in s, measured in ns,
 * bounds 0.001, 0.01, 0.1, 2 series, and counter time in s, measured in ms, 2 series. Scope "none"
 * without series.
 */
void sample_new(struct sample *sample);
/* One counter with `count` series whose value is their number + 1 and whose attribute `name` has
 * `length` characters. */
void sample_new_many(struct sample *sample, uint32_t count, size_t length);
/* Zero series. */
void sample_new_empty(struct sample *sample);
void sample_free(struct sample *sample);
