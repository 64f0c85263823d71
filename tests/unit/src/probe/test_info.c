/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says about loaded programs; needs root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "fixture.h"

static struct err err;

static void runs_are_counted_while_stats_are_on(void **state)
{
	static const char *const programs[] = {"working", NULL};
	struct probe *probe = open_choice("programs", programs);
	struct program_info before, after;
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	(void)state;

	if (probe_load(probe, &err) < 0 || probe_attach(probe, &err) < 0)
		fail_msg("%s", err.text);
	probe_program_info(probe, 0, &before);
	assert_string_equal(before.name, "working");
	assert_true(before.loaded && before.attached && before.id > 0);
	for (int i = 0; i < 100; i++)
		(void)getppid();
	probe_program_info(probe, 0, &after);
	assert_int_equal(after.id, before.id);
	if (stats >= 0) {
		assert_true(after.has_stats);
		assert_true(after.run_count >= before.run_count + 100);
		assert_true(after.run_time_ns > before.run_time_ns);
		close(stats);
	}
	probe_free(probe);
}

static void map_memory_grows_with_the_map(void **state)
{
	struct map_info maps[2] = {{.fd = -1}, {.fd = -1}};
	struct map_info closed = {.fd = 9999};
	(void)state;

	assert_int_equal(probe_map_bytes(&maps[0]), 0);
	assert_int_equal(probe_map_bytes(&closed), 0);
	maps[0].fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "small", 4, 8, 1024, NULL);
	maps[1].fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "large", 4, 8, 65536, NULL);
	assert_true(maps[0].fd >= 0 && maps[1].fd >= 0);
	assert_true(probe_map_bytes(&maps[0]) >= 8192);
	assert_true(probe_map_bytes(&maps[1]) >= 65536 * 8);
	close(maps[0].fd);
	close(maps[1].fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_counted_while_stats_are_on),
		cmocka_unit_test(map_memory_grows_with_the_map),
	};
	int rc = need_bpf();

	return rc ? rc : cmocka_run_group_tests(tests, NULL, NULL);
}
