/* SPDX-License-Identifier: Apache-2.0 */
/* The buckets of a series of any kind of histogram in the metric's unit, as people look at them:
 * from the lowest to the highest, zeros first. */
#pragma once

#include "model/model.h"

#include <stdint.h>

uint64_t buckets_total(const struct metric *metric, const struct series *series);
uint64_t buckets_sum(const struct metric *metric, const struct series *series);

uint32_t buckets_number(const struct metric *metric, const struct series *series);
uint64_t buckets_get(const struct metric *metric, const struct series *series, uint32_t i);
/* The bound above which the bucket begins; -INFINITY if there is none. */
double buckets_lower(const struct metric *metric, const struct series *series, uint32_t i);
/* The highest value of the bucket; INFINITY if there is none. */
double buckets_upper(const struct metric *metric, const struct series *series, uint32_t i);
