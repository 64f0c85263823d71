/* SPDX-License-Identifier: Apache-2.0 */
#include "read/cpus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "read/reader.h"

enum {
	MAX_CPU = 65535,
	MAX_LIST_BYTES = 4096, /* sysfs attributes are at most one page */
};

static int parse_cpu(char *text, uint64_t *cpu)
{
	/* The list is decimal; str_to_u64 would also take "0x3". */
	if (strspn(text, "0123456789") != strlen(text))
		return -EINVAL;
	if (str_to_u64(text, cpu) < 0 || *cpu > MAX_CPU)
		return -EINVAL;
	return 0;
}

static int parse_range(char *text, uint64_t *first, uint64_t *last)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash = '\0';
	if (parse_cpu(text, first) < 0)
		return -EINVAL;
	*last = *first;
	if (dash && parse_cpu(dash + 1, last) < 0)
		return -EINVAL;
	return *last < *first ? -EINVAL : 0;
}

int cpu_list_count(const char *text, uint32_t *count, uint32_t *end)
{
	char list[MAX_LIST_BYTES];
	size_t length = strlen(text);
	uint64_t first, last, next = 0;
	uint32_t total = 0;

	if (length && text[length - 1] == '\n')
		length--;
	if (!length || length >= sizeof(list))
		return -EINVAL;
	memcpy(list, text, length);
	list[length] = '\0';
	for (char *part = list, *comma; part; part = comma) {
		comma = strchr(part, ',');
		if (comma)
			*comma++ = '\0';
		if (parse_range(part, &first, &last) < 0 || first < next)
			return -EINVAL;
		total += (uint32_t)(last - first + 1);
		next = last + 1;
	}
	*count = total;
	*end = (uint32_t)next;
	return 0;
}

/* The kernel fixes the set at boot. */
struct possible {
	uint32_t count, end;
};

static struct possible read_possible(void)
{
	struct possible none = {0}, found;
	int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
	char text[MAX_LIST_BYTES];
	ssize_t n;

	if (fd < 0)
		return none;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return none;
	text[n] = '\0';
	return cpu_list_count(text, &found.count, &found.end) < 0 ? none : found;
}

static const struct possible *possible(void)
{
	static struct possible read;

	if (!read.count)
		read = read_possible();
	return &read;
}

uint32_t possible_cpus(void)
{
	return possible()->count;
}

uint32_t possible_cpu_end(void)
{
	return possible()->end;
}
