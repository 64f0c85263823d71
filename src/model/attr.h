/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes: OpenTelemetry common, "Attribute". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum attr_type {
	ATTR_STRING,
	ATTR_INT,
	ATTR_BOOL,
};

/* Plain value. Strings are valid UTF-8, `length` bytes, and NUL-terminated behind them; whoever
 * makes an attr says how long its strings live. */
struct attr {
	const char *key;
	enum attr_type type;
	uint32_t length; /* of `string` */
	union {
		const char *string;
		int64_t integer;
		bool boolean;
	};
};

struct attr attr_string(const char *key, const char *value);
struct attr attr_int(const char *key, int64_t value);
struct attr attr_bool(const char *key, bool value);

bool attrs_equal(const struct attr *a, size_t na, const struct attr *b, size_t nb);
