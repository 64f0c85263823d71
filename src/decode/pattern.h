/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions in the syntax of Go's regexp package (RE2), which is that of ebpf_exporter,
 * without Unicode classes (\p{...}) and with case folding ((?i)) of ASCII letters only. The
 * leftmost match is found, and of those the one that a backtracking matcher would try first; time
 * is at most text times pattern (Pike's machine), so no text can make it slow.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pattern;

struct span {
	const char *start; /* NULL: took no part in the match */
	size_t length;
};

/* -EINVAL for a mistake in the pattern, more than one capturing group, or a pattern that is larger
 * than LIMIT_PATTERN_STEPS when its repetitions are written out; -ENOMEM. */
int pattern_new(struct pattern **pattern, const char *text, struct err *err) MUST_CHECK;
void pattern_free(struct pattern *pattern);

/* 0 or 1. */
unsigned int pattern_groups(const struct pattern *pattern);

/* Bytes that are no UTF-8 count as one U+FFFD each. Uses memory of the pattern: one match at a
 * time. */
bool pattern_match(struct pattern *pattern, const char *text, size_t length, struct span *whole,
	struct span *group);
