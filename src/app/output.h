/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots on standard output. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "model/model.h"

#include <stdbool.h>

/* The console exporter: readable, with colour on a terminal. What cannot be written is logged once.
 */
void output_console(const struct snapshot *snapshot);

/* One snapshot: readable, or one line of OTLP/JSON. */
int output_once(const struct snapshot *snapshot, bool json, struct err *err) MUST_CHECK;

/* All of the text, or a negative errno. */
int output_write(const void *text, size_t length, struct err *err) MUST_CHECK;
