/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resource: who reports. Semantic conventions 1.44: service, telemetry.sdk, host, os, process.
 * Later sources win: detectors, OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "model/model.h"

#include <stddef.h>

struct resource_input {
	const char *version;	  /* of otelbpf */
	const char *service_name; /* NULL: from the attributes, else "otelbpf" */
	const struct attr *attrs; /* OTEL_RESOURCE_ATTRIBUTES */
	size_t attr_count;
	const char *root; /* prefix for /etc, /proc (tests); "" otherwise */
};

/* Attributes sorted by key, strings in `arena`. What cannot be detected is left out. -ENOMEM only.
 */
int resource_detect(struct resource *resource, const struct resource_input *input,
	struct arena *arena, struct err *err) MUST_CHECK;
