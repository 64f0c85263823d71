/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and strings for people. */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "model/model.h"

#include <stddef.h>
#include <stdint.h>

enum {
	VALUE_TEXT_BYTES = 96
};

struct value_text {
	char text[VALUE_TEXT_BYTES];
};

/* 1,234,567 */
struct value_text text_integer(int64_t value);
struct value_text text_unsigned(uint64_t value);
/* 1,234.5: as many digits as the value has, at most 15 */
struct value_text text_double(double value);
/* Three digits with a fitting unit where the metric's unit is known: 12.3 ms, 4.56 GiB; otherwise a
 * short number. */
struct value_text text_scaled(double value, const char *unit);
/* The exact number in the metric's unit. */
struct value_text text_exact(const struct metric *metric, uint64_t value);
/* "(12.3 ms)" for units that text_scaled knows, otherwise "". */
struct value_text text_in_brackets(const struct metric *metric, uint64_t value);

/* Columns that UTF-8 text takes, one for each character. */
size_t text_width(const char *text);

/* Text from outside: control characters and backslashes are escaped. */
void text_write_escaped(struct buf *out, const char *text, size_t length);
