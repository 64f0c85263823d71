/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/pin.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fixture.h"
#include "probe/pin_folder.h"
#include "probe/probe_private.h"
#include "read/table.h"
#include "test.h"

static const struct hash_seed seed = {1, 2};
static char folder[64];
static struct err err;

static void assert_ok(int result)
{
	if (result < 0)
		fail_msg("%s", err.text);
}

static struct probe *open_probe(void)
{
	static const char *const programs[] = {"by_tp_btf", "by_raw_tp", NULL};

	return open_choice("pins", programs);
}

static void want(const struct probe *probe)
{
	uint32_t zero = 0, pid = (uint32_t)getpid();

	assert_int_equal(
		bpf_map_update_elem(probe_map(probe, "wanted")->fd, &zero, &pid, BPF_ANY), 0);
}

static void make(int calls)
{
	for (int i = 0; i < calls; i++)
		(void)syscall(SYS_getppid);
}

/* What a hook has counted. */
static uint64_t counted(const struct probe *probe, uint32_t hook)
{
	const struct map_info *map = probe_map(probe, "counts");
	struct table table;
	uint64_t value = 0;

	assert_ok(table_open(&table, map, &err));
	for (uint32_t i = 1; i <= map->max_entries; i++) {
		const unsigned char *slot = table_element(&table, i);

		if (slot_state(slot) == key_checksum(&hook, sizeof(hook)))
			value = table_word(slot + map->table.value_offset);
	}
	table_close(&table);
	return value;
}

static struct probe *start(bool *counts)
{
	struct probe *probe = open_probe();

	assert_ok(probe_load(probe, &err));
	want(probe);
	assert_ok(probe_attach(probe, &err));
	assert_ok(probe_pin(probe, folder, counts, &err));
	return probe;
}

static void goes_on_without_its_process(void **state)
{
	struct program_info info;
	struct probe *probe;
	size_t attached = 0;
	bool counts;

	(void)state;
	probe = start(&counts);
	if (!counts) {
		probe_free(probe);
		printf("SKIP: this kernel cannot pin links of perf events\n");
		skip();
	}
	make(10);
	probe_free(probe);
	make(20);
	for (int life = 0; life < 3; life++) {
		probe = open_probe();
		assert_ok(probe_adopt(probe, folder, &err));
		assert_int_equal(counted(probe, 1), 30 + life);
		assert_int_equal(counted(probe, 2), 30 + life);
		assert_int_equal(counted(probe, 3), 0);
		for (size_t i = 0; i < probe_program_count(probe); i++) {
			probe_program_info(probe, i, &info);
			assert_int_equal(info.loaded, info.attached);
			attached += info.attached;
		}
		probe_free(probe);
		make(1);
	}
	assert_int_equal(attached, 3 * 3);
	assert_ok(pin_folder_remove(folder, &err));
}

/* The whole process ends. */
static void survives_sigkill(void **state)
{
	struct probe *probe;
	uint32_t zero = 0, pid = (uint32_t)getpid();
	pid_t child = fork();
	bool counts;

	(void)state;
	if (!child) {
		(void)start(&counts);
		kill(getpid(), SIGKILL);
	}
	waitpid(child, NULL, 0);
	probe = open_probe();
	assert_ok(probe_adopt(probe, folder, &err));
	assert_int_equal(
		bpf_map_update_elem(probe_map(probe, "wanted")->fd, &zero, &pid, BPF_ANY), 0);
	make(5);
	assert_int_equal(counted(probe, 1), 5);
	assert_int_equal(counted(probe, 2), 5);
	probe_free(probe);
	assert_ok(pin_folder_remove(folder, &err));
}

/* Something stands in the way of a link. */
static void only_maps_stay_if_a_link_cannot(void **state)
{
	struct probe *probe;
	char path[PATH_MAX];
	bool counts;

	(void)state;
	snprintf(path, sizeof(path), "%s/link:by_tp_btf:0", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	probe = start(&counts);
	assert_false(counts);
	assert_string_equal(
		err.text, "the link of program by_tp_btf cannot be pinned: File exists");
	make(10);
	probe_free(probe);
	assert_int_equal(rmdir(path), 0);
	snprintf(path, sizeof(path), "%s/link:by_tracepoint:0", folder);
	assert_int_not_equal(access(path, F_OK), 0);
	make(20);

	/* Counts and free slots are as they were. */
	for (uint64_t life = 1; life <= 3; life++) {
		probe = open_probe();
		probe_reuse_maps(probe, folder);
		assert_ok(probe_load(probe, &err));
		assert_ok(probe_attach(probe, &err));
		assert_int_equal(counted(probe, 1), 10 * life);
		make(10);
		probe_free(probe);
	}
	assert_ok(pin_folder_remove(folder, &err));
}

static void what_does_not_fit_is_refused(void **state)
{
	static const char *const files[] = {"map:counts", "map:counts_index", "map:shards",
		"program:by_tracepoint", "program:by_clock", "link:by_tracepoint:0",
		"link:by_tp_btf:0"};
	struct probe *probe;
	char path[PATH_MAX], aside[PATH_MAX];
	bool counts;

	(void)state;
	probe_free(start(&counts));
	snprintf(aside, sizeof(aside), "%s/aside", folder);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		assert_int_equal(rename(path, aside), 0);
		probe = open_probe();
		assert_int_equal(probe_adopt(probe, folder, &err), -EINVAL);
		assert_non_null(
			strstr(err.text, strncmp(files[i], "map", 3) ? "program by_" : "map "));
		/* It can be started as if nothing had been. */
		assert_ok(probe_load(probe, &err));
		assert_int_equal(counted(probe, 1), 0);
		probe_free(probe);
		assert_int_equal(rename(aside, path), 0);
	}
	/* Another map under that name. */
	snprintf(path, sizeof(path), "%s/map:wanted", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
		bpf_obj_pin(bpf_map_create(BPF_MAP_TYPE_ARRAY, "x", 4, 8, 1, NULL), path), 0);
	probe = open_probe();
	assert_int_equal(probe_adopt(probe, folder, &err), -EINVAL);
	assert_string_equal(err.text, "map wanted is of another kind");
	probe_free(probe);
	assert_ok(pin_folder_remove(folder, &err));
}

static uint64_t fingerprint_of(const char *object, const char *constant, uint32_t value)
{
	struct probe *probe;
	uint64_t fingerprint;

	assert_ok(probe_open(&probe, object_path(object), NULL, 0, &err));
	if (constant)
		assert_ok(probe_set_constant(probe, constant, &value, sizeof(value), &err));
	fingerprint = probe_fingerprint(probe, &seed);
	assert_int_not_equal(probe_object_hash(probe, &seed), 0);
	probe_free(probe);
	return fingerprint;
}

static void fingerprints(void **state)
{
	uint64_t same = fingerprint_of("pins", NULL, 0);
	struct probe *probe;

	(void)state;
	assert_int_equal(fingerprint_of("pins", NULL, 0), same);
	assert_int_not_equal(fingerprint_of("tables", NULL, 0), same);
	assert_int_not_equal(fingerprint_of("pins", "step", 2), same);
	assert_int_not_equal(fingerprint_of("pins", "step", 2), fingerprint_of("pins", "step", 3));
	/* Whatever is changed in what the BTF says, it is another one. */
	assert_ok(probe_open(&probe, object_path("pins"), NULL, 0, &err));
	for (size_t i = 0; i < probe->map_count; i++) {
		struct map_info was = probe->maps[i], *map = &probe->maps[i];
		struct field field;

		map->max_entries++;
		assert_int_not_equal(probe_fingerprint(probe, &seed), same);
		*map = was;
		map->type++;
		assert_int_not_equal(probe_fingerprint(probe, &seed), same);
		*map = was;
		map->name = "another";
		assert_int_not_equal(probe_fingerprint(probe, &seed), same);
		*map = was;
		if (!map->value.field_count)
			continue;
		field = *map->value.fields;
		map->value.fields = &field;
		map->value.field_count = 1;
		field.offset += 4;
		assert_int_not_equal(probe_fingerprint(probe, &seed), same);
		*map = was;
	}
	probe->programs[0].section = "tp_btf/sys_exit";
	assert_int_not_equal(probe_fingerprint(probe, &seed), same);
	probe_free(probe);
}

static int new_folder(void **state)
{
	(void)state;
	return need_bpffs(folder, sizeof(folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(goes_on_without_its_process, new_folder),
		cmocka_unit_test_setup(survives_sigkill, new_folder),
		cmocka_unit_test_setup(only_maps_stay_if_a_link_cannot, new_folder),
		cmocka_unit_test_setup(what_does_not_fit_is_refused, new_folder),
		cmocka_unit_test(fingerprints),
	};

	if (need_bpf() || need_bpffs(folder, sizeof(folder)) || rmdir(folder))
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
