/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/str.h"
#include "probe/probe_private.h"

uint64_t probe_map_bytes(const struct map_info *map)
{
	static const char key[] = "memlock:";
	char path[64], line[256];
	uint64_t bytes = 0;
	FILE *file;

	if (map->fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", map->fd);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		char *number = line + sizeof(key) - 1;

		if (strncmp(line, key, sizeof(key) - 1))
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (str_to_u64(str_trim(number), &bytes) < 0)
			bytes = 0;
		break;
	}
	fclose(file);
	return bytes;
}

size_t probe_program_count(const struct probe *probe)
{
	return probe->program_count;
}

void probe_program_info(const struct probe *probe, size_t index, struct program_info *info)
{
	const struct program *program = &probe->programs[index];
	struct bpf_prog_info kernel_info = {0};
	uint32_t size = sizeof(kernel_info);
	unsigned long long enabled = 0;

	*info = (struct program_info){
		.name = program->name,
		.section = program->section,
		.loaded = program->fd >= 0,
		.attached = program->links.count > 0,
	};
	if (!info->loaded || bpf_obj_get_info_by_fd(program->fd, &kernel_info, &size) < 0)
		return;
	if (kernel_read_number("/proc/sys/kernel/bpf_stats_enabled", &enabled) < 0)
		enabled = 0;
	info->id = kernel_info.id;
	info->run_count = kernel_info.run_cnt;
	info->run_time_ns = kernel_info.run_time_ns;
	info->missed = kernel_info.recursion_misses;
	/* Another process may have switched it on by BPF_ENABLE_STATS, which the sysctl does not
	 * show. */
	info->has_stats = enabled != 0 || kernel_info.run_cnt > 0;
}
