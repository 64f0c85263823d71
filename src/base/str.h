/* SPDX-License-Identifier: Apache-2.0 */
/* Strict parsing of text from outside. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole text as a decimal (or 0x hexadecimal) number: 0, or -EINVAL for anything else in it
 * (signs, blanks, units, nothing at all), -ERANGE above UINT64_MAX. */
int str_to_u64(const char *text, uint64_t *value) MUST_CHECK;
/* The same with an optional '-'. */
int str_to_s64(const char *text, int64_t *value) MUST_CHECK;

/* Decode %XX in place. Returns the new length, or -EINVAL for a bad escape or a NUL byte. */
int str_percent_decode(char *text);

/* Cut blanks and tabs off both ends, in place; returns the first character that stays. */
char *str_trim(char *text);

bool utf8_is_valid(const char *text, size_t length);

/*
 * Copy `length` bytes as valid UTF-8 into `out`: every ill-formed sequence becomes U+FFFD (Unicode
 * 15, section 3.9, "substitution of maximal subparts"); control characters stay. Writes at most
 * `room` bytes, cutting between characters, plus no NUL. Returns the bytes written.
 */
size_t utf8_sanitize(char *out, size_t room, const char *text, size_t length);
