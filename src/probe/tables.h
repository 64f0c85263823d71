/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of bpf/otel_slots.bpf.h, which tell by the BTF of an enum what they are. */
#pragma once

#include "probe/probe_private.h"

/* Describe what each table holds, in place of the array that holds it. -EINVAL if a table is not as
 * the header makes it or lacks a companion. */
int tables_describe(struct probe *probe, struct err *err) MUST_CHECK;
/* Before loading: a shard for each CPU. -EIO if there is no telling how many there are. */
int tables_size(struct probe *probe, struct err *err) MUST_CHECK;
/* After loading: all slots become free. */
int tables_fill(const struct probe *probe, struct err *err) MUST_CHECK;
