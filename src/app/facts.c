/* SPDX-License-Identifier: Apache-2.0 */
#include "app/facts.h"

#include <errno.h>

int facts_init(struct facts *facts, const struct probe *probe, struct arena *arena, struct err *err)
{
	facts->map_bytes = arena_alloc(
		arena, (probe_map_count(probe) + 1) * sizeof(*facts->map_bytes));
	facts->programs = arena_alloc(
		arena, (probe_program_count(probe) + 1) * sizeof(*facts->programs));
	if (!facts->map_bytes || !facts->programs)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

void facts_refresh(struct facts *facts, const struct probe *probe)
{
	for (size_t i = 0; i < probe_map_count(probe); i++)
		facts->map_bytes[i] = probe_map_bytes(probe_map_at(probe, i));
	for (size_t i = 0; i < probe_program_count(probe); i++)
		probe_program_info(probe, i, &facts->programs[i]);
}
