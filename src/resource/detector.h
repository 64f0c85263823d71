/* SPDX-License-Identifier: Apache-2.0 */
/* A resource detector: one file with one `const struct detector`, listed in resource.c. */
#pragma once

#include "resource/resource.h"

enum {
	RESOURCE_ATTRIBUTES = 256
}; /* those of all detectors and of the user */

struct detection {
	const struct resource_input *input;
	struct arena *arena;
	struct attr attrs[RESOURCE_ATTRIBUTES];
	size_t count;
	bool no_memory;
};

struct detector {
	const char *name; /* SDK, "Resource detector name" */
	void (*detect)(struct detection *detection);
};

extern const struct detector detector_host;
extern const struct detector detector_process;
extern const struct detector detector_service;
extern const struct detector detector_telemetry_sdk;

/* Copies the value as valid UTF-8 of at most LIMIT_ATTRIBUTE_STRING bytes; `key` is borrowed. NULL
 * and "" are left out. A later value of a key replaces an earlier one. */
void detection_string(struct detection *detection, const char *key, const char *value);
void detection_int(struct detection *detection, const char *key, int64_t value);
/* NULL if there is none, or no string. */
const char *detection_get(const struct detection *detection, const char *key);

/* The first `room` - 1 bytes of ROOT/PATH, NUL-terminated; the length, or a negative errno. */
int root_read(const struct resource_input *input, const char *path, char *text, size_t room);
/* The target of the symbolic link ROOT/PATH; the length, or a negative errno. */
int root_readlink(const struct resource_input *input, const char *path, char *text, size_t room);

/* The 32 hexadecimal digits that machine-id(5) describes; false if the machine has none (yet). */
bool machine_id_read(const struct resource_input *input, char id[33]);
