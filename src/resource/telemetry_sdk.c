/* SPDX-License-Identifier: Apache-2.0 */
#include "resource/detector.h"

/* Resource conventions, "Telemetry SDK": "opentelemetry" is the name of the project's own SDKs,
 * others must not use it; there is no well-known value for C, so it is our own. */
static void detect(struct detection *detection)
{
	detection_string(detection, "telemetry.sdk.name", "otelbpf");
	detection_string(detection, "telemetry.sdk.language", "c");
	detection_string(detection, "telemetry.sdk.version", detection->input->version);
}

const struct detector detector_telemetry_sdk = {.name = "telemetry_sdk", .detect = detect};
