/* SPDX-License-Identifier: Apache-2.0 */
/* host.* and os.*, which the specification puts into one detector. */
#include <stdio.h>
#include <string.h>

#include "resource/detector.h"

static const char *architecture(void)
{
	/* Semantic conventions, host.arch. */
#if defined(__x86_64__)
	return "amd64";
#elif defined(__aarch64__)
	return "arm64";
#else
	return NULL;
#endif
}

/* Undo the shell quoting of os-release(5), in place. */
static char *unquote(char *value)
{
	char quote = *value == '"' || *value == '\'' ? *value : '\0';
	char *in = value + (quote != '\0'), *out = value;

	while (*in && *in != quote) {
		if (*in == '\\' && quote != '\'' && in[1])
			in++;
		*out++ = *in++;
	}
	*out = '\0';
	return value;
}

struct os_release {
	char *name, *version, *pretty;
};

static void parse_os_release(char *text, struct os_release *release)
{
	const struct {
		const char *key;
		char **value;
	} wanted[] = {
		{"NAME=", &release->name},
		{"VERSION_ID=", &release->version},
		{"PRETTY_NAME=", &release->pretty},
	};
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
			size_t length = strlen(wanted[i].key);

			if (strncmp(line, wanted[i].key, length) == 0)
				*wanted[i].value = unquote(line + length);
		}
}

static bool read_line(const struct resource_input *input, const char *path, char *text, size_t room)
{
	if (root_read(input, path, text, room) <= 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return *text != '\0';
}

static void detect_os(struct detection *detection)
{
	struct os_release release = {0};
	char text[8192], kernel[256], description[1024];

	detection_string(detection, "os.type", "linux");
	if (root_read(detection->input, "/etc/os-release", text, sizeof(text)) > 0 ||
		root_read(detection->input, "/usr/lib/os-release", text, sizeof(text)) > 0)
		parse_os_release(text, &release);
	detection_string(detection, "os.name", release.name);
	detection_string(detection, "os.version", release.version);
	/* The kernel is what our programs run in, and no attribute of its own has its release. */
	if (read_line(detection->input, "/proc/sys/kernel/osrelease", kernel, sizeof(kernel))) {
		snprintf(description, sizeof(description), "%.500s%sLinux %s%s",
			release.pretty ? release.pretty : "", release.pretty ? " (" : "", kernel,
			release.pretty ? ")" : "");
		detection_string(detection, "os.description", description);
	} else {
		detection_string(detection, "os.description", release.pretty);
	}
}

static void detect(struct detection *detection)
{
	char text[512], id[33];

	if (read_line(detection->input, "/proc/sys/kernel/hostname", text, sizeof(text)))
		detection_string(detection, "host.name", text);
	if (machine_id_read(detection->input, id))
		detection_string(detection, "host.id", id);
	detection_string(detection, "host.arch", architecture());
	detect_os(detection);
}

const struct detector detector_host = {.name = "host", .detect = detect};
