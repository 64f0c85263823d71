/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fixture.h"
#include "probe/probe_private.h"
#include "test.h"

enum {
	FUNCTION_CALLED = 1000000, /* programs.bpf.c */
};

static struct err err;

/* What the program is attached to, by name. */
void otelbpf_first(void);
void otelbpf_second(void);

__attribute__((noinline, used)) void otelbpf_first(void)
{
	__asm__ volatile("nop");
}

__attribute__((noinline, used)) void otelbpf_second(void)
{
	__asm__ volatile("nop;nop");
}

static const char *const programs[] = {"function_called", NULL};

static void mistakes(void **state)
{
	static const struct {
		const char *program, *hook;
		int result;
		const char *text;
	} cases[] = {
		{"packet", "xdp/lo", -ENOENT, "no program \"packet\"; did you mean \"packets\"?"},
		{"packets", "xdp/", -EINVAL, "the hook \"xdp/\" of program packets: "},
		{"packets", "xdp", -EINVAL, "expected one that begins with xdp/"},
		{"packets", "", -EINVAL, "expected one that begins with xdp/"},
		{"packets", "uprobe/libc.so.6:malloc", -EINVAL, "found the hook \"uprobe/libc"},
		{"packets", "xdp/otelbpf-none", 0, ""},
		{"function_called", "uprobe/libc.so.6", -EINVAL, "expected FILE:FUNCTION"},
		{"function_called", "uprobe/:malloc", -EINVAL, "expected FILE:FUNCTION"},
		{"function_called", "uprobe/libc.so.6:", -EINVAL, "expected FILE:FUNCTION"},
		{"function_called", "uprobe/libc.so.6:a+", -EINVAL, "expected FILE:FUNCTION"},
		{"function_called", "uprobe/libc.so.6:a+-1", -EINVAL, "expected FILE:FUNCTION"},
		{"function_called", "uprobe/libc.so.6:a+0x10", 0, ""},
		{"function_called", "uprobe//a:b/c:d", 0, ""},
		{"working", "tp_btf/sys_enter", -EINVAL, "perf_event/, uprobe/, uretprobe/, usdt/"},
	};
	struct probe *probe = open_choice("programs", programs);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		err.text[0] = '\0';
		assert_int_equal(probe_set_hooks(probe, cases[i].program, &cases[i].hook, 1, &err),
			cases[i].result);
		if (!strstr(err.text, cases[i].text))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].text, err.text);
	}
	assert_int_equal(probe_set_hooks(probe, "packets", programs, 0, &err), -EINVAL);
	probe_free(probe);
}

static uint64_t calls(const struct probe *probe)
{
	uint32_t pid = (uint32_t)getpid();
	uint64_t count = 0;

	if (bpf_map_lookup_elem(probe_map(probe, "counts")->fd, &pid, &count))
		return 0;
	return count;
}

static void in_several_places(void **state)
{
	static const char *const hooks[] = {
		"uprobe//proc/self/exe:otelbpf_first", "uprobe//proc/self/exe:otelbpf_second"};
	uint32_t zero = 0, wanted[2] = {(uint32_t)getpid(), FUNCTION_CALLED};
	struct probe *probe;

	(void)state;
	if (need_bpf())
		skip();
	probe = open_choice("programs", programs);
	assert_int_equal(probe_set_hooks(probe, "function_called", hooks, 2, &err), 0);
	assert_int_equal(probe_check_hooks(probe, &err), 0);
	if (probe_load(probe, &err) || probe_attach(probe, &err))
		fail_msg("%s", err.text);
	assert_int_equal(
		bpf_map_update_elem(probe_map(probe, "wanted")->fd, &zero, wanted, BPF_ANY), 0);
	for (int i = 0; i < 10; i++)
		otelbpf_first();
	assert_int_equal(calls(probe), 10);
	for (int i = 0; i < 7; i++)
		otelbpf_second();
	assert_int_equal(calls(probe), 17);
	assert_int_equal(probe_set_hooks(probe, "function_called", hooks, 2, &err), -EALREADY);
	probe_free(probe);
}

/* The first would do: none is attached. */
static void in_all_or_none(void **state)
{
	static const char *const absent[] = {
		"uprobe//proc/self/exe:otelbpf_first", "uprobe//otelbpf/none:otelbpf_second"};
	static const char *const wrong[] = {
		"uprobe//proc/self/exe:otelbpf_first", "uprobe//proc/self/exe:otelbpf_third"};
	struct probe *probe = open_choice("programs", programs);

	(void)state;
	assert_int_equal(probe_set_hooks(probe, "function_called", absent, 2, &err), 0);
	assert_int_equal(probe_check_hooks(probe, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "no file /otelbpf/none"));
	probe_free(probe);
	if (need_bpf())
		skip();
	probe = open_choice("programs", programs);
	assert_int_equal(probe_set_hooks(probe, "function_called", wrong, 2, &err), 0);
	assert_int_equal(probe_load(probe, &err), 0);
	assert_int_equal(probe_attach(probe, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/proc/self/exe has no function otelbpf_third"));
	assert_int_equal(probe_program(probe, "function_called")->links.count, 0);
	probe_free(probe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes),
		cmocka_unit_test(in_several_places),
		cmocka_unit_test(in_all_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
