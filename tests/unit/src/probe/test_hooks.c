/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/hooks.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"

static struct err err;
static struct hooks hooks;

static int set_up(void **state)
{
	(void)state;
	hooks_init(&hooks);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hooks_fini(&hooks);
	return 0;
}

static void hooks_that_no_kernel_has_are_missing(void **state)
{
	static const struct {
		const char *section, *text;
	} cases[] = {
		{"tp_btf/otelbpf_none", "no tracepoint otelbpf_none"},
		{"tp_btf/sched_switc", "no tracepoint sched_switc"},
		{"raw_tp/otelbpf_none", "no tracepoint otelbpf_none"},
		{"raw_tracepoint/otelbpf_none", "no tracepoint otelbpf_none"},
		{"fentry/otelbpf_none", "no function otelbpf_none"},
		{"fexit.s/otelbpf_none", "no function otelbpf_none"},
		{"lsm/otelbpf_none", "no function bpf_lsm_otelbpf_none"},
		/* A struct, not a function. */
		{"fentry/task_struct", "no function task_struct"},
		{"uprobe/libotelbpf-none.so:f", "no library libotelbpf-none.so"},
		{"uretprobe//otelbpf/none:f", "no file /otelbpf/none"},
		{"usdt//proc/self/exe:otelbpf:none", "no USDT probe otelbpf:none"},
		{"usdt/otelbpf-none:a:b", "no program otelbpf-none"},
	};
	(void)state;

	if (access(KERNEL_BTF, R_OK) < 0)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(hooks_check(&hooks, cases[i].section, &err), -ENOTSUP);
		if (!strstr(err.text, cases[i].text))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].text, err.text);
	}
}

static void hooks_of_every_kernel_are_there(void **state)
{
	static const char *const sections[] = {"tp_btf/sched_switch", "tp_btf/sys_enter",
		"raw_tp/sched_switch", "fentry/vfs_read", "uprobe/libc.so.6:malloc",
		"uretprobe/libc.so.6:malloc"};
	(void)state;

	if (access(KERNEL_BTF, R_OK) < 0)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		assert_int_equal(hooks_check(&hooks, sections[i], &err), 0);
}

/* Either the kernel has no kprobes, or not this function. */
static void kprobe_needs_kprobes_and_the_function(void **state)
{
	static const char *const sections[] = {"kprobe/otelbpf_none", "kretprobe/otelbpf_none",
		"kprobe/otelbpf_none+0x10", "ksyscall/otelbpf_none"};
	(void)state;

	if (access("/sys/bus/event_source", F_OK) < 0 || access("/proc/kallsyms", R_OK) < 0)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		assert_int_equal(hooks_check(&hooks, sections[i], &err), -ENOTSUP);
		assert_true(strstr(err.text, "no kprobes") || strstr(err.text, "otelbpf_none"));
	}
}

static void tracepoint_needs_tracefs(void **state)
{
	char path[4096];
	int rc;
	(void)state;

	rc = hooks_check(&hooks, "tracepoint/otelbpf/none", &err);
	if (kernel_tracefs(path, sizeof(path)) == -ENOENT) {
		assert_int_equal(rc, -ENOTSUP);
		assert_non_null(strstr(err.text, "mount -t tracefs"));
	} else if (geteuid() == 0) {
		assert_int_equal(rc, -ENOTSUP);
		assert_non_null(strstr(err.text, "no tracepoint otelbpf/none"));
	} else {
		skip();
	}
}

static void what_cannot_be_told_is_taken_as_there(void **state)
{
	static const char *const sections[] = {"uprobe.s//bin/x:main", "usdt", "xdp",
		"cgroup_skb/egress", "perf_event", "tp_btf/", "fentry", "", "something/else"};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		assert_int_equal(hooks_check(&hooks, sections[i], &err), 0);
}

static void probe_names_the_program_without_hook(void **state)
{
	static const char *const no_program[] = {"missing", "missing_function", NULL};
	static const char *const second[] = {"missing", "working", NULL};
	struct probe *probe;
	(void)state;

	if (access(KERNEL_BTF, R_OK) < 0)
		skip();
	assert_int_equal(probe_open(&probe, object_path("required"), NULL, 0, &err), 0);
	assert_int_equal(probe_check_hooks(probe, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "required.bpf.o: program not_there "));
	assert_non_null(strstr(err.text, "tp_btf/otelbpf_no_such_event"));
	assert_int_equal(probe_load(probe, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "program not_there "));
	probe_free(probe);

	probe = open_choice("programs", no_program);
	assert_int_equal(probe_check_hooks(probe, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "missing (tp_btf/"));
	assert_non_null(strstr(err.text, "missing_function (kprobe/"));
	probe_free(probe);

	probe = open_choice("programs", second);
	assert_int_equal(probe_check_hooks(probe, &err), 0);
	assert_int_equal(probe_check_hooks(probe, &err), 0);
	probe_free(probe);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			hooks_that_no_kernel_has_are_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hooks_of_every_kernel_are_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			kprobe_needs_kprobes_and_the_function, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tracepoint_needs_tracefs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_told_is_taken_as_there, set_up, tear_down),
		cmocka_unit_test(probe_names_the_program_without_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
