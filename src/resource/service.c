/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "resource/detector.h"
#include "resource/uuid.h"

/*
 * The instance must be the same after a restart, so that series continue, and differ between hosts.
 * The machine-id is both. The conventions want it hidden behind UUIDv5 with the namespace below (in
 * uuid.c); the service's name goes in as well, so that two services of one host differ even where
 * only the instance is looked at. A machine without one, which is what a container mostly is, gets
 * a random instance. Two agents with one name on one host have to be told apart by the user, with
 * service.instance.id in OTEL_RESOURCE_ATTRIBUTES.
 */
static void detect_instance(struct detection *detection, const char *name)
{
	unsigned char random[16];
	char id[33], uuid[UUID_TEXT];

	if (machine_id_read(detection->input, id)) {
		const char *input = arena_printf(detection->arena, "%s:%s", id, name);

		if (!input) {
			detection->no_memory = true;
			return;
		}
		uuid_v5(input, uuid);
	} else if (getrandom(random, sizeof(random), 0) == sizeof(random)) {
		uuid_v4(random, uuid);
	} else {
		return;
	}
	detection_string(detection, "service.instance.id", uuid);
}

static void detect(struct detection *detection)
{
	/* "unknown_service:NAME" is for SDKs inside of programs that they do not know; an agent
	 * knows its own. */
	if (!detection_get(detection, "service.name"))
		detection_string(detection, "service.name", "otelbpf");
	detection_string(detection, "service.version", detection->input->version);
	detect_instance(detection, detection_get(detection, "service.name"));
}

const struct detector detector_service = {.name = "service", .detect = detect};
