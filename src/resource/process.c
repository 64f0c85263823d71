/* SPDX-License-Identifier: Apache-2.0 */
/* process.* of ourselves. Arguments are left out: the conventions say so, they may hold secrets.
 * The owner too: it changes when privileges are dropped. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "resource/detector.h"

static bool find_boot_time(char *text, uint64_t *seconds)
{
	static const char name[] = "\nbtime ";
	char *line = strstr(text, name);

	if (!line)
		return false;
	line += sizeof(name) - 1;
	line[strcspn(line, "\n")] = '\0';
	return str_to_u64(line, seconds) == 0;
}

/* "btime SECONDS" stands behind a line per CPU and a long one of all interrupts. */
static bool boot_time(const struct resource_input *input, uint64_t *seconds)
{
	enum {
		ROOM = 256 << 10
	};
	char *text = malloc(ROOM);
	bool found;

	found = text && root_read(input, "/proc/stat", text, ROOM) > 0 &&
		find_boot_time(text, seconds);
	free(text);
	return found;
}

/* proc(5): field 22 of /proc/self/stat. Field 2 is a name in parentheses that may hold anything. */
static bool start_ticks(char *text, uint64_t *ticks)
{
	char *rest = strrchr(text, ')'), *field = NULL;

	for (int i = 2; rest && i <= 22; i++)
		field = strsep(&rest, " \n");
	return field && str_to_u64(field, ticks) == 0;
}

/* ISO 8601, from when the machine started and how long after that the process did. */
static void detect_creation(struct detection *detection)
{
	long per_second = sysconf(_SC_CLK_TCK);
	uint64_t boot, ticks, ms;
	char text[4096];
	struct tm utc;
	time_t seconds;
	size_t n;

	if (per_second <= 0 ||
		root_read(detection->input, "/proc/self/stat", text, sizeof(text)) <= 0 ||
		!start_ticks(text, &ticks))
		return;
	if (!boot_time(detection->input, &boot) || boot > UINT32_MAX ||
		ticks / (uint64_t)per_second > INT32_MAX)
		return;
	seconds = (time_t)(boot + ticks / (uint64_t)per_second);
	ms = ticks % (uint64_t)per_second * 1000 / (uint64_t)per_second;
	if (!gmtime_r(&seconds, &utc))
		return;
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + n, sizeof(text) - n, ".%03uZ", (unsigned int)ms);
	detection_string(detection, "process.creation.time", text);
}

static void detect(struct detection *detection)
{
	char text[PATH_MAX];
	char *slash;

	detection_int(detection, "process.pid", getpid());
	/* The first string of cmdline is argv[0]; it ends at its NUL. */
	if (root_read(detection->input, "/proc/self/cmdline", text, sizeof(text)) > 0)
		detection_string(detection, "process.command", text);
	if (root_readlink(detection->input, "/proc/self/exe", text, sizeof(text)) > 0) {
		slash = strrchr(text, '/');
		detection_string(detection, "process.executable.path", text);
		detection_string(detection, "process.executable.name", slash ? slash + 1 : text);
	}
	detect_creation(detection);
}

const struct detector detector_process = {.name = "process", .detect = detect};
