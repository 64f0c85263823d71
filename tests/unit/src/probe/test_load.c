/* SPDX-License-Identifier: Apache-2.0 */
/* Programs in this kernel; needs root. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "fixture.h"

static struct err err;

static struct program_info info_of(const struct probe *probe, const char *name)
{
	struct program_info info;

	for (size_t i = 0; i < probe_program_count(probe); i++) {
		probe_program_info(probe, i, &info);
		if (!strcmp(info.name, name))
			return info;
	}
	fail_msg("no program %s", name);
	return info;
}

static void assert_ok(int rc)
{
	if (rc < 0)
		fail_msg("%s", err.text);
}

/* 1,000 calls of getppid by this process are counted, and no others. */
static void assert_counts(const struct probe *probe)
{
	uint32_t zero = 0, pid = (uint32_t)getpid();
	uint32_t wanted[2] = {pid, SYS_getppid};
	uint64_t count = 0;

	assert_int_equal(
		bpf_map_update_elem(probe_map(probe, "wanted")->fd, &zero, wanted, BPF_ANY), 0);
	for (int i = 0; i < 1000; i++)
		(void)getppid();
	assert_int_equal(bpf_map_lookup_elem(probe_map(probe, "counts")->fd, &pid, &count), 0);
	assert_int_equal(count, 1000);
}

static void first_candidate_that_works_is_used(void **state)
{
	static const struct {
		const char *programs[6];
		const char *used;
	} cases[] = {
		{{"working", "working_raw", NULL}, "working"},
		{{"missing", "working", NULL}, "working"},
		{{"refused", "working", NULL}, "working"},
		{{"not_attachable", "working_raw", NULL}, "working_raw"},
		{{"missing_function", "refused", "missing", "not_attachable", "working", NULL},
			"working"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct probe *probe = open_choice("programs", cases[i].programs);

		assert_ok(probe_load(probe, &err));
		assert_true(info_of(probe, cases[i].used).loaded);
		assert_false(info_of(probe, cases[i].used).attached);
		assert_ok(probe_attach(probe, &err));
		for (size_t p = 0; p < probe_program_count(probe); p++) {
			struct program_info info;
			bool used;

			probe_program_info(probe, p, &info);
			used = !strcmp(info.name, cases[i].used);
			assert_int_equal(info.loaded, used);
			assert_int_equal(info.attached, used);
			assert_int_equal(info.id != 0, used);
		}
		assert_counts(probe);
		assert_string_equal(probe_verifier_log(probe), "");
		probe_free(probe);
	}
}

static void maps_have_descriptors_once_loaded(void **state)
{
	static const char *const programs[] = {"working", NULL};
	struct probe *probe = open_choice("programs", programs);
	const struct map_info *map = probe_map(probe, "counts");
	int fd;
	(void)state;

	assert_int_equal(map->fd, -1);
	assert_ok(probe_load(probe, &err));
	fd = map->fd;
	assert_true(fd >= 0);
	assert_true(map->id > 0);
	assert_true(probe_map_bytes(map) > 0);
	assert_int_equal(probe_load(probe, &err), -EALREADY);
	assert_ok(probe_attach(probe, &err));
	/* Readers hold on to it. */
	assert_int_equal(map->fd, fd);
	assert_int_equal(probe_attach(probe, &err), -EINVAL);
	assert_non_null(strstr(err.text, "attached already"));
	assert_int_equal(probe_check_hooks(probe, &err), 0);
	probe_free(probe);
	/* The number is free again, or serves something else: no map of ours is left. */
	assert_true(bpf_map_get_next_key(fd, NULL, &fd) < 0);
}

static void refused_program_is_named_with_its_log(void **state)
{
	static const char *const programs[] = {"missing", "refused", NULL};
	struct probe *probe = open_choice("programs", programs);
	(void)state;

	/* The second attempt fails like the first. */
	for (int i = 0; i < 2; i++) {
		assert_true(probe_load(probe, &err) < 0);
		assert_non_null(strstr(err.text, "program refused (tp_btf/sys_enter) is refused"));
		assert_non_null(strstr(err.text, "invalid mem access"));
		assert_null(strchr(err.text, '\n'));
		assert_non_null(strstr(probe_verifier_log(probe), "invalid mem access"));
		assert_int_equal(probe_map(probe, "counts")->fd, -1);
	}
	probe_free(probe);
}

static void failing_attach_is_all_or_nothing(void **state)
{
	static const char *const without_target[] = {"without_target", NULL};
	static const char *const no_file[] = {"not_attachable", NULL};
	static const char *const good[] = {"working", NULL};
	struct probe_choice two[] = {{good, 1, NULL}, {no_file, 1, NULL}};
	struct probe *probe = open_choice("programs", without_target);
	(void)state;

	assert_ok(probe_load(probe, &err));
	assert_int_equal(probe_attach(probe, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "program without_target (socket)"));
	probe_free(probe);

	assert_int_equal(probe_open(&probe, object_path("programs"), two, 2, &err), 0);
	assert_ok(probe_load(probe, &err));
	assert_true(probe_attach(probe, &err) < 0);
	assert_non_null(strstr(err.text, "program not_attachable "));
	assert_true(info_of(probe, "working").loaded);
	assert_false(info_of(probe, "working").attached);
	probe_free(probe);
}

/* In a child: privileges do not come back. */
static void without_privileges_the_advice_is_given(void **state)
{
	static const char *const programs[] = {"working", NULL};
	int status;
	pid_t child;
	(void)state;

	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct probe *probe;
		bool good;

		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(2);
		probe = open_choice("programs", programs);
		good = probe_check_hooks(probe, &err) == 0 && probe_load(probe, &err) == -EPERM &&
		       strstr(err.text, "run as root or with CAP_BPF and CAP_PERFMON");
		probe_free(probe);
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		skip();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_candidate_that_works_is_used),
		cmocka_unit_test(maps_have_descriptors_once_loaded),
		cmocka_unit_test(refused_program_is_named_with_its_log),
		cmocka_unit_test(failing_attach_is_all_or_nothing),
		cmocka_unit_test(without_privileges_the_advice_is_given),
	};
	int rc = need_bpf();

	return rc ? rc : cmocka_run_group_tests(tests, NULL, NULL);
}
