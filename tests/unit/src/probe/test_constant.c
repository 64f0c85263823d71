/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fixture.h"
#include "test.h"

static struct err err;

static const char *const programs[] = {"refused", "with_constants", NULL};

static void set(struct probe *probe, const char *name, uint64_t value, size_t size)
{
	/* This machine's byte order decides which bytes are the value. */
	uint16_t small = (uint16_t)value;
	const void *bytes = size == sizeof(small) ? (const void *)&small : (const void *)&value;

	if (probe_set_constant(probe, name, bytes, size, &err))
		fail_msg("%s", err.text);
}

static void mistakes(void **state)
{
	static const struct {
		const char *name;
		size_t size;
		int result;
		const char *text;
	} cases[] = {
		{"largest", 8, -ENOENT, "it has no constant \"largest\""},
		{"no_constant", 4, -ENOENT, "it has no constant \"no_constant\""},
		{"", 8, -ENOENT, "it has no constant \"\""},
		{"wanted", 8, -ENOENT, "it has no constant"},
		{"small", 8, -EINVAL, "its constant \"small\" has 2 bytes, expected 8"},
		{"large", 4, -EINVAL, "its constant \"large\" has 8 bytes, expected 4"},
	};
	struct probe *probe = open_choice("programs", programs);
	uint64_t value = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(
			probe_set_constant(probe, cases[i].name, &value, cases[i].size, &err),
			cases[i].result);
		if (!strstr(err.text, cases[i].text))
			fail_msg("%s", err.text);
	}
	probe_free(probe);

	if (probe_open(&probe, object_path("required"), NULL, 0, &err))
		fail_msg("%s", err.text);
	assert_int_equal(probe_set_constant(probe, "large", &value, 8, &err), -ENOENT);
	probe_free(probe);
}

/* The last value counts, also when the first candidate is refused and the object parsed again. */
static void the_program_sees_them(void **state)
{
	uint32_t pid = (uint32_t)getpid();
	struct probe *probe;
	uint64_t both = 0;

	(void)state;
	if (need_bpf())
		skip();
	probe = open_choice("programs", programs);
	set(probe, "large", 1, 8);
	set(probe, "large", 0xabcdef, 8);
	set(probe, "small", 0x1234, 2);
	if (probe_load(probe, &err) || probe_attach(probe, &err))
		fail_msg("%s", err.text);
	assert_int_equal(probe_set_constant(probe, "large", &both, 8, &err), -EALREADY);
	(void)syscall(SYS_getppid);
	assert_int_equal(bpf_map_lookup_elem(probe_map(probe, "counts")->fd, &pid, &both), 0);
	assert_true(both == 0xabcdef1234);
	probe_free(probe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes),
		cmocka_unit_test(the_program_sees_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
