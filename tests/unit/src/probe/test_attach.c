/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "fixture.h"
#include "probe/probe_private.h"
#include "test.h"

static struct err err;

static void kinds_by_section(void **state)
{
	static const struct {
		const char *section;
		const struct attach_kind *kind;
	} cases[] = {
		{"xdp/lo", &attach_xdp},
		{"xdp/", &attach_xdp},
		{"xdp", NULL},
		{"xdp.frags/lo", NULL},
		{"perf_event/type=1", &attach_perf_event},
		{"uprobe/a:b", &attach_uprobe},
		{"uretprobe/a:b", &attach_uretprobe},
		{"uprobe.s/a:b", NULL},
		{"usdt/a:b:c", &attach_usdt},
		{"perf_event", NULL},
		{"tp_btf/sys_enter", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_ptr_equal(attach_kind_find(cases[i].section), cases[i].kind);
}

static void mistakes_in_sections(void **state)
{
	static const struct {
		const char *section;
		int result;
	} cases[] = {
		{"perf_event/", -EINVAL},
		{"perf_event/type=1,config=0", -EINVAL},
		{"perf_event/type=1,frequency=5", -EINVAL},
		{"perf_event/config=1,frequency=5", -EINVAL},
		{"perf_event/type=1,config=0,frequency=0", -EINVAL},
		{"perf_event/type=1,config=0,frequency=", -EINVAL},
		{"perf_event/type=1,config=0,frequency=-5", -EINVAL},
		{"perf_event/type=1,config=0,frequency=5,", 0},
		{"perf_event/type=1,config=0,frequency=5,period=7", -EINVAL},
		{"perf_event/type=1,config=0,frequency=5 ", -EINVAL},
		{"perf_event/type=4294967296,config=0,frequency=5", -EINVAL},
		{"perf_event/type=1,config=99999999999999999999,frequency=5", -EINVAL},
		{"perf_event/type=1,config=00000000000000000000000000000000000,frequency=5",
			-EINVAL},
		{"perf_event/type=1,config=0,frequency=5", 0},
		{"perf_event/frequency=5,config=0x0,type=1", 0},
		{"perf_event/type=4000000000,config=0,frequency=5", -ENOTSUP},
		{"xdp/", -EINVAL},
		{"xdp/otelbpf-none", -ENOTSUP},
		{"xdp/this-name-is-longer-than-interfaces-have", -ENOTSUP},
		{"xdp/lo", 0},
		{"uprobe/", -EINVAL},
		{"uprobe/libc.so.6", -EINVAL},
		{"uprobe/libc.so.6:", -EINVAL},
		{"uprobe/:malloc", -EINVAL},
		{"uprobe/libc.so.6:malloc+", -EINVAL},
		{"uprobe/libc.so.6:malloc+-1", -EINVAL},
		{"uprobe/libc.so.6:malloc+0x10", 0},
		{"uretprobe/libc.so.6:malloc", 0},
		{"uretprobe/libotelbpf-none.so:malloc", -ENOTSUP},
		{"usdt/", -EINVAL},
		{"usdt/python3:python", -EINVAL},
		{"usdt/:python:line", -EINVAL},
		{"usdt/python3::line", -EINVAL},
		{"usdt/python3:python:", -EINVAL},
		{"usdt//proc/self/exe:otelbpf:none", -ENOTSUP},
		{"usdt//dev/null:otelbpf:none", -ENOTSUP},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct attach_kind *kind = attach_kind_find(cases[i].section);
		int result = kind->check(cases[i].section + strlen(kind->prefix), &err);

		if (result != cases[i].result)
			fail_msg("%s: %d", cases[i].section, result);
	}
}

static const struct program *find(const struct probe *probe, const char *name)
{
	for (size_t i = 0; i < probe->program_count; i++)
		if (!strcmp(probe->programs[i].name, name))
			return &probe->programs[i];
	fail_msg("no program %s", name);
	return NULL;
}

static void a_clock_on_every_cpu(void **state)
{
	static const char *const programs[] = {
		"without_frequency", "clock_of_each_cpu", "working", NULL};
	struct probe *probe;

	(void)state;
	if (need_bpf())
		skip();
	probe = open_choice("programs", programs);
	if (probe_load(probe, &err) || probe_attach(probe, &err))
		fail_msg("%s", err.text);
	assert_int_equal(
		find(probe, "clock_of_each_cpu")->links.count, sysconf(_SC_NPROCESSORS_ONLN));
	assert_int_equal(find(probe, "without_frequency")->links.count, 0);
	probe_free(probe);
}

static void packets_of_an_interface(void **state)
{
	static const char *const programs[] = {"packets_of_nobody", "packets", "working", NULL};
	struct probe *probe, *second;

	(void)state;
	if (need_bpf())
		skip();
	/* A loopback interface of its own: others may test with the machine's. */
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	probe = open_choice("programs", programs);
	if (probe_load(probe, &err) || probe_attach(probe, &err))
		fail_msg("%s", err.text);
	assert_int_equal(find(probe, "packets")->links.count, 1);

	/* The interface is taken: what stands behind in the choice is used. */
	second = open_choice("programs", programs);
	if (probe_load(second, &err) || probe_attach(second, &err))
		fail_msg("%s", err.text);
	assert_int_equal(find(second, "packets")->links.count, 0);
	assert_int_equal(find(second, "working")->links.count, 1);
	probe_free(second);
	probe_free(probe);

	second = open_choice("programs", programs + 1);
	if (probe_load(second, &err) || probe_attach(second, &err))
		fail_msg("%s", err.text);
	assert_int_equal(find(second, "packets")->links.count, 1);
	probe_free(second);
}

static void nothing_to_attach_to(void **state)
{
	static const char *const programs[] = {"packets_of_nobody", NULL};
	struct probe *probe = open_choice("programs", programs);

	(void)state;
	assert_int_equal(probe_check_hooks(probe, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "this machine has no network interface otelbpf-none"));
	probe_free(probe);
}

static void addresses_of_symbols(void **state)
{
	uint64_t address = 0;

	(void)state;
	assert_int_equal(probe_kernel_address("otelbpf_none", &address, &err), -ENOENT);
	assert_non_null(strstr(err.text, "this kernel has no symbol otelbpf_none"));
	assert_int_equal(probe_kernel_address("", &address, &err), -ENOENT);
	assert_int_equal(probe_kernel_address("schedul", &address, &err), -ENOENT);
	if (kernel_privileged()) {
		assert_int_equal(probe_kernel_address("schedule", &address, &err), 0);
		assert_true(address > UINT64_C(1) << 63);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_by_section),
		cmocka_unit_test(mistakes_in_sections),
		cmocka_unit_test(a_clock_on_every_cpu),
		cmocka_unit_test(packets_of_an_interface),
		cmocka_unit_test(nothing_to_attach_to),
		cmocka_unit_test(addresses_of_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
