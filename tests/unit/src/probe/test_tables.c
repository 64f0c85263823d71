/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/tables.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "fixture.h"
#include "read/reader.h"

static struct err err;

static struct probe *open_object(const char *name)
{
	struct probe *probe;

	if (probe_open(&probe, object_path(name), NULL, 0, &err) < 0)
		fail_msg("%s", err.text);
	return probe;
}

static struct probe *open_tables(void)
{
	return open_object("tables");
}

static void slots_show_what_they_hold(void **state)
{
	struct probe *probe = open_tables();
	const struct map_info *map = probe_map(probe, "counts");

	(void)state;
	assert_int_equal(map->table.kind, TABLE_SLOTS);
	assert_int_equal(map->max_entries, 10);
	assert_int_equal(map->table.elements, 11);
	assert_int_equal(map->table.stride, 24);
	assert_int_equal(map->table.key_offset, 8);
	assert_int_equal(map->table.value_offset, 16);
	assert_int_equal(map->table.divisor, 0);
	assert_int_equal(map->key_size, 6);
	assert_int_equal(map->key.size, 6);
	assert_int_equal(map->key.field_count, 2);
	assert_string_equal(map->key.fields[1].name, "b");
	assert_int_equal(map->key.fields[1].offset, 2);
	assert_int_equal(map->value.field_count, 1);
	assert_string_equal(map->value.fields[0].name, "");
	assert_int_equal(map->value.fields[0].offset, 0);
	assert_ptr_equal(map->index, probe_map(probe, "counts_index"));
	assert_ptr_equal(map->free_slots, probe_map(probe, "counts_free"));
	assert_int_equal(map->index->table.kind, TABLE_NONE);
	probe_free(probe);
}

/* The name of an anonymous union says where it is: in the key, not in the slot. */
static void fields_of_a_key_begin_with_it(void **state)
{
	struct probe *probe = open_tables();
	const struct map_info *map = probe_map(probe, "eithers");

	(void)state;
	assert_int_equal(map->key.size, 4);
	assert_int_equal(map->key.field_count, 3);
	assert_string_equal(map->key.fields[0].name, "union_0");
	assert_int_equal(map->key.fields[0].offset, 0);
	probe_free(probe);
}

static void programs_that_may_sleep_are_known(void **state)
{
	static const char *const objects[] = {"sleeps", "defers"};

	(void)state;
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		struct probe *probe = open_object(objects[i]);

		assert_true(probe_map(probe, "counts")->table.sleeps);
		probe_free(probe);
	}
}

static void exponential_histograms_tell_their_buckets(void **state)
{
	struct probe *probe = open_tables();
	const struct map_info *map = probe_map(probe, "times");

	(void)state;
	assert_int_equal(map->table.kind, TABLE_SLOTS);
	assert_int_equal(map->table.scale, 2);
	assert_int_equal(map->table.divisor, 1000);
	/* 1/1000 is in the octave above 2^-10, the lowest one. */
	assert_int_equal(map->table.first_octave, 0);
	assert_non_null(layout_find(&map->value, "extent.inverse_min"));
	/* Up to 100/1000: octaves 0 to 6. */
	assert_int_equal(layout_find(&map->value, "buckets")->size, (7 * 4 + 65) * 8);
	probe_free(probe);
}

static void shards_show_their_values(void **state)
{
	struct probe *probe = open_tables();
	const struct map_info *map = probe_map(probe, "shards");

	(void)state;
	assert_int_equal(map->table.kind, TABLE_SHARDS);
	assert_int_equal(map->max_entries, 5);
	assert_int_equal(map->table.stride, 64);
	assert_int_equal(map->table.values_offset, 8);
	assert_int_equal(map->key_size, 4);
	assert_int_equal(map->value_size, 8);
	assert_int_equal(map->key.field_count, 1);
	assert_int_equal(map->value.field_count, 1);
	probe_free(probe);
}

static void values_in_shards_are_found(void **state)
{
	struct probe *probe = open_tables();
	const struct map_info *map = probe_map(probe, "spread");

	(void)state;
	assert_int_equal(map->table.kind, TABLE_SLOTS);
	assert_int_equal(map->table.spread_shards, 256);
	assert_int_equal(map->table.spread_stride, 32);
	assert_ptr_equal(map->spread, probe_map(probe, "spread_shards"));
	assert_int_equal(map->value_size, 8);
	assert_null(probe_map(probe, "counts")->spread);
	assert_false(map->table.sleeps);
	probe_free(probe);
}

static void a_table_without_its_index_is_refused(void **state)
{
	struct probe *probe;

	(void)state;
	assert_int_equal(probe_open(&probe, object_path("tables_wrong"), NULL, 0, &err), -EINVAL);
	assert_non_null(strstr(err.text, "map lonely says that it is made by otel.bpf.h"));
}

static void loaded_tables_are_ready(void **state)
{
	struct probe *probe = open_tables();
	const struct map_info *counts = probe_map(probe, "counts");
	const struct map_info *shards = probe_map(probe, "shards");
	const struct map_info *spread = probe_map(probe, "spread_shards");
	struct bpf_map_info kernel = {0};
	uint32_t size = sizeof(kernel), slot;

	(void)state;
	if (probe_load(probe, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(counts->max_entries, 10);
	for (uint32_t i = 1; i <= 10; i++) {
		assert_int_equal(
			bpf_map_lookup_and_delete_elem(counts->free_slots->fd, NULL, &slot), 0);
		assert_int_equal(slot, i);
	}
	assert_int_equal(
		bpf_map_lookup_and_delete_elem(counts->free_slots->fd, NULL, &slot), -ENOENT);
	assert_int_equal(bpf_obj_get_info_by_fd(shards->fd, &kernel, &size), 0);
	assert_int_equal(kernel.max_entries, possible_cpu_end());
	assert_int_equal(shards->table.elements, possible_cpu_end());
	assert_int_equal(bpf_obj_get_info_by_fd(spread->fd, &kernel, &size), 0);
	assert_int_equal(kernel.max_entries, 32 * possible_cpu_end());
	assert_int_equal(probe_map(probe, "spread")->table.spread_shards, possible_cpu_end());
	probe_free(probe);
}

int main(void)
{
	const struct CMUnitTest unprivileged[] = {
		cmocka_unit_test(slots_show_what_they_hold),
		cmocka_unit_test(fields_of_a_key_begin_with_it),
		cmocka_unit_test(programs_that_may_sleep_are_known),
		cmocka_unit_test(exponential_histograms_tell_their_buckets),
		cmocka_unit_test(shards_show_their_values),
		cmocka_unit_test(values_in_shards_are_found),
		cmocka_unit_test(a_table_without_its_index_is_refused),
	};
	const struct CMUnitTest privileged[] = {
		cmocka_unit_test(loaded_tables_are_ready),
	};
	int failed = cmocka_run_group_tests(unprivileged, NULL, NULL);

	if (failed)
		return failed;
	if (need_bpf())
		return SKIPPED;
	return cmocka_run_group_tests(privileged, NULL, NULL);
}
