/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pack.h"

#include <inttypes.h>

/* Once: how many there are from then on is a metric. */
static void tell_missed(struct pack *pack)
{
	for (size_t i = 0; i < probe_program_count(pack->probe) && !pack->missed_told; i++) {
		const struct program_info *info = &pack->facts.programs[i];

		if (!info->missed)
			continue;
		log_warn("pack %s: the kernel left out %" PRIu64 " runs of %s, which was at work "
			 "on that CPU: their events are not counted (from now on only "
			 "otelbpf.program.missed tells how many)",
			pack->name, info->missed, info->name);
		pack->missed_told = true;
	}
}

void pack_refresh(struct pack *pack)
{
	if (!pack->collector)
		return;
	facts_refresh(&pack->facts, pack->probe);
	tell_missed(pack);
}

/* What collections found in the map; all zero if no metric is made of it. */
static struct collector_map_stats map_stats(const struct pack *pack, const struct map_info *map)
{
	struct collector_map_stats stats;

	for (size_t i = 0; i < collector_map_count(pack->collector); i++) {
		collector_map_stats(pack->collector, i, &stats);
		if (stats.map == map)
			return stats;
	}
	return (struct collector_map_stats){0};
}

static void report_maps(const struct pack *pack, struct selfmon *selfmon)
{
	for (size_t i = 0; i < probe_map_count(pack->probe); i++) {
		const struct map_info *map = probe_map_at(pack->probe, i);
		struct collector_map_stats stats = map_stats(pack, map);
		struct selfmon_map state = {
			.capacity = map->max_entries,
			.bytes = pack->facts.map_bytes[i],
			.is_read = stats.map != NULL,
			.entries = stats.entries,
			.read_errors = stats.read_errors,
			.has_slots = stats.has_slots,
			.rest_events = stats.rest_events,
			.rest_failed = stats.rest_failed,
			.retired = stats.retired,
		};

		if (map->fd >= 0) /* it is made */
			selfmon_map(selfmon, pack->name, map->name, &state);
	}
}

static void report_programs(const struct pack *pack, struct selfmon *selfmon)
{
	for (size_t i = 0; i < probe_program_count(pack->probe); i++) {
		const struct program_info *info = &pack->facts.programs[i];
		struct selfmon_program state = {
			.missed = info->missed,
			.has_stats = info->has_stats,
			.run_count = info->run_count,
			.run_time_ns = info->run_time_ns,
		};

		if (info->loaded)
			selfmon_program(selfmon, pack->name, info->name, &state);
	}
}

void pack_report(const struct pack *pack, struct selfmon *selfmon)
{
	selfmon_pack(selfmon, pack->name, pack->error_type);
	if (!pack->collector)
		return;
	selfmon_pack_undecodable(selfmon, pack->name, collector_undecodable(pack->collector));
	selfmon_pack_skipped(selfmon, pack->name, collector_skipped(pack->collector));
	report_programs(pack, selfmon);
	report_maps(pack, selfmon);
}
