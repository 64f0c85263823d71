/* SPDX-License-Identifier: Apache-2.0 */
#include "src/collect/fixture.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

void fixture_plan_file(struct fixture *fixture, const char *text,
	const struct map_info *const *maps, size_t map_count)
{
	const struct definition_options options = {.file = "pack.yaml"};

	*fixture = (struct fixture){0};
	if (definition_parse(
		    &options, text, strlen(text), &fixture->arena, &fixture->pack, &fixture->err))
		fail_msg("%s", fixture->err.text);
	fixture->result = pack_plan_init(
		&fixture->plan, &fixture->pack, maps, map_count, &fixture->arena, &fixture->err);
}

void fixture_plan(struct fixture *fixture, const char *metrics, const struct map_info *const *maps,
	size_t map_count)
{
	char text[4096];

	snprintf(text, sizeof(text), "version: 1.0.0\ndescription: A test.\nmetrics:\n%s", metrics);
	fixture_plan_file(fixture, text, maps, map_count);
}

void fixture_end(struct fixture *fixture)
{
	pack_plan_fini(&fixture->plan);
	arena_fini(&fixture->arena);
}
