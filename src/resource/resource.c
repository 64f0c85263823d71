/* SPDX-License-Identifier: Apache-2.0 */
#include "resource/resource.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "resource/detector.h"

/* The schema by which the attributes below are named (Resource SDK: a detector must say so). */
static const char schema_url[] = "https://opentelemetry.io/schemas/1.44.0";

/* A new detector is a file, a line in detector.h and a line here. The service detector runs behind
 * these and the user's attributes: its instance depends on the name. */
static const struct detector *const detectors[] = {
	&detector_telemetry_sdk,
	&detector_host,
	&detector_process,
};

static struct attr *find(const struct detection *detection, const char *key)
{
	for (size_t i = 0; i < detection->count; i++)
		if (strcmp(detection->attrs[i].key, key) == 0)
			return (struct attr *)&detection->attrs[i];
	return NULL;
}

static void put(struct detection *detection, struct attr attr)
{
	struct attr *old = find(detection, attr.key);

	if (old)
		*old = attr;
	else if (detection->count < RESOURCE_ATTRIBUTES)
		detection->attrs[detection->count++] = attr;
}

void detection_string(struct detection *detection, const char *key, const char *value)
{
	char text[LIMIT_ATTRIBUTE_STRING];
	const char *copy;
	size_t length;

	if (!value || !*value)
		return;
	length = utf8_sanitize(text, sizeof(text), value, strlen(value));
	copy = arena_strndup(detection->arena, text, length);
	if (copy)
		put(detection, attr_string(key, copy));
	else
		detection->no_memory = true;
}

void detection_int(struct detection *detection, const char *key, int64_t value)
{
	put(detection, attr_int(key, value));
}

const char *detection_get(const struct detection *detection, const char *key)
{
	const struct attr *attr = find(detection, key);

	return attr && attr->type == ATTR_STRING ? attr->string : NULL;
}

/* The user's attributes, which may be anything that an attribute can be. */
static void put_input(struct detection *detection)
{
	const struct resource_input *input = detection->input;

	for (size_t i = 0; i < input->attr_count; i++) {
		struct attr attr = input->attrs[i];

		attr.key = arena_strdup(detection->arena, attr.key);
		if (attr.type == ATTR_STRING)
			attr.string = arena_strndup(detection->arena, attr.string, attr.length);
		if (!attr.key || (attr.type == ATTR_STRING && !attr.string))
			detection->no_memory = true;
		else
			put(detection, attr);
	}
	detection_string(detection, "service.name", input->service_name);
}

static int compare_attrs(const void *a, const void *b)
{
	return strcmp(((const struct attr *)a)->key, ((const struct attr *)b)->key);
}

int resource_detect(struct resource *resource, const struct resource_input *input,
	struct arena *arena, struct err *err)
{
	struct detection detection = {.input = input, .arena = arena};
	struct attr *attrs;

	/* Before the service, to know its name, and behind it, to win. */
	for (size_t i = 0; i < ARRAY_SIZE(detectors); i++)
		detectors[i]->detect(&detection);
	put_input(&detection);
	detector_service.detect(&detection);
	put_input(&detection);
	attrs = arena_alloc(arena, detection.count * sizeof(*attrs));
	if (!attrs || detection.no_memory)
		return err_set(err, -ENOMEM, "resource: out of memory");
	memcpy(attrs, detection.attrs, detection.count * sizeof(*attrs));
	qsort(attrs, detection.count, sizeof(*attrs), compare_attrs);
	*resource = (struct resource){
		.attrs = attrs, .attr_count = detection.count, .schema_url = schema_url};
	return 0;
}
