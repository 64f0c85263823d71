/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that the user asks for. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "otlp/exporter.h"

/* 0, or -EINVAL for what HTTP does not allow (RFC 9110, 5.1 and 5.5), what otelbpf sets itself, and
 * what is too long. */
int http_header_check(const struct otlp_header *header, struct err *err) MUST_CHECK;
