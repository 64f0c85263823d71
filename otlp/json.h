/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot as one line of OTLP/JSON (OTLP 1.11, "JSON Protobuf Encoding"; file format: one
 * MetricsData object per line): names in lowerCamelCase, 64-bit integers as strings, enums as
 * numbers.
 */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "model/model.h"

/* Append the snapshot and a line feed. What has no points is left out. 0, or -ENOMEM, also if `out`
 * has reached its limit. */
int json_write(struct buf *out, const struct snapshot *snapshot) MUST_CHECK;
