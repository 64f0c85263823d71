/* SPDX-License-Identifier: Apache-2.0 */
/* Maps that are not made; needs root. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "fixture.h"
#include "probe/pin.h"
#include "probe/pin_folder.h"

static struct err err;

static void assert_ok(int rc)
{
	if (rc < 0)
		fail_msg("%s", err.text);
}

static bool is_named(const char *const *names, const char *name)
{
	while (*names) {
		if (!strcmp(*names++, name))
			return true;
	}
	return false;
}

/* What the kernel says of the descriptors, not what the probe does. */
static void assert_made(const struct probe *probe, const char *const *spared)
{
	for (size_t i = 0; i < probe_map_count(probe); i++) {
		const struct map_info *map = probe_map_at(probe, i);
		struct bpf_map_info found = {0};
		uint32_t size = sizeof(found);

		if (is_named(spared, map->name)) {
			assert_int_equal(map->fd, -1);
			assert_int_equal(map->id, 0);
			assert_int_equal(probe_map_bytes(map), 0);
			continue;
		}
		if (bpf_obj_get_info_by_fd(map->fd, &found, &size) < 0)
			fail_msg("%s is not made", map->name);
		assert_int_equal(found.id, map->id);
	}
}

static uint32_t newest_map(void)
{
	uint32_t id = 0;

	while (bpf_map_get_next_id(id, &id) == 0)
		continue;
	return id;
}

/* How many maps of the name the kernel has that are newer than `id`. Older ones go when the kernel
 * comes to it. */
static unsigned int maps_since(uint32_t id, const char *name)
{
	unsigned int count = 0;

	while (bpf_map_get_next_id(id, &id) == 0) {
		int fd = bpf_map_get_fd_by_id(id);
		struct bpf_map_info found = {0};
		uint32_t size = sizeof(found);

		if (fd < 0)
			continue;
		if (bpf_obj_get_info_by_fd(fd, &found, &size) == 0 && !strcmp(found.name, name))
			count++;
		close(fd);
	}
	return count;
}

static void only_maps_of_programs_left_out_are_spared(void **state)
{
	static const struct {
		const char *programs[4], *read[4], *spared[8];
	} cases[] = {
		{{"first", NULL}, {NULL},
			{"of_second", "slots_of_second", "slots_of_second_index",
				"slots_of_second_free", "slots_of_second_hints", "outer", NULL}},
		{{"second", NULL}, {NULL},
			{"of_first", "slots_of_first", "slots_of_first_index",
				"slots_of_first_free", "slots_of_first_hints", NULL}},
		/* What is read is made, and a table with what keeps its slots. */
		{{"first", NULL}, {"slots_of_second", "outer", "no such map", NULL},
			{"of_second", "slots_of_second_hints", NULL}},
		/* The first that has its hook counts, not the first that is named. */
		{{"missing", "first", "second", NULL}, {"outer", NULL},
			{"of_second", "slots_of_second", "slots_of_second_index",
				"slots_of_second_free", "slots_of_second_hints", NULL}},
		{{"missing", "second", NULL}, {"of_first", "slots_of_first", NULL},
			{"slots_of_first_hints", NULL}},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct probe *probe = open_choice("map_use", cases[i].programs);
		uint32_t before = newest_map();
		size_t count = 0;

		while (cases[i].read[count])
			count++;
		assert_ok(probe_spare_maps(probe, cases[i].read, count, &err));
		assert_ok(probe_load(probe, &err));
		assert_ok(probe_attach(probe, &err));
		assert_made(probe, cases[i].spared);
		assert_int_equal(maps_since(before, "of_both"), 1);
		assert_int_equal(
			maps_since(before, "of_second"), !is_named(cases[i].spared, "of_second"));
		assert_int_equal(
			maps_since(before, "of_first"), !is_named(cases[i].spared, "of_first"));
		probe_free(probe);
	}
}

static void all_are_made_unless_asked_otherwise(void **state)
{
	static const char *const programs[] = {"first", NULL}, *const none[] = {NULL};
	struct probe *probe = open_choice("map_use", programs);
	(void)state;

	assert_ok(probe_load(probe, &err));
	assert_made(probe, none);
	probe_free(probe);
}

static void what_is_not_made_is_neither_pinned_nor_missed(void **state)
{
	static const char *const programs[] = {"first", NULL};
	static const char *const spared[] = {"of_second", "slots_of_second",
		"slots_of_second_index", "slots_of_second_free", "slots_of_second_hints", "outer",
		NULL};
	char folder[64];
	size_t removed, left;
	bool counts;
	(void)state;

	if (need_bpffs(folder, sizeof(folder)))
		skip();
	/* Made, pinned and let go; then adopted. */
	for (int life = 0; life < 2; life++) {
		struct probe *probe = open_choice("map_use", programs);

		assert_ok(probe_spare_maps(probe, NULL, 0, &err));
		if (life) {
			assert_ok(probe_adopt(probe, folder, &err));
		} else {
			assert_ok(probe_load(probe, &err));
			assert_ok(probe_attach(probe, &err));
			assert_ok(probe_pin(probe, folder, &counts, &err));
			assert_true(counts);
		}
		assert_made(probe, spared);
		probe_free(probe);
	}
	assert_ok(pin_folder_clear(folder, &removed, &left, &err));
	assert_int_equal(left, 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_maps_of_programs_left_out_are_spared),
		cmocka_unit_test(all_are_made_unless_asked_otherwise),
		cmocka_unit_test(what_is_not_made_is_neither_pinned_nor_missed),
	};

	if (need_bpf())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
