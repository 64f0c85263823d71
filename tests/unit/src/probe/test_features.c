/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "probe/kernel.h"

static int test_named(const char *name, char *detail, size_t size)
{
	size_t count;
	const struct feature *features = probe_features(&count);

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(features[i].name, name))
			return features[i].test(detail, size);
	}
	fail_msg("no feature %s", name);
	return 0;
}

static void each_feature_gives_a_verdict(void **state)
{
	size_t count;
	const struct feature *features = probe_features(&count);
	(void)state;

	assert_true(count >= 13);
	for (size_t i = 0; i < count; i++) {
		char detail[256] = "";
		int verdict = features[i].test(detail, sizeof(detail));

		assert_true(strlen(features[i].name) && strlen(features[i].what));
		assert_true(verdict <= 1);
		/* What is not there has a reason. */
		if (verdict != 1)
			assert_true(strlen(detail) > 0);
		assert_null(strchr(detail, '\n'));
	}
}

static void verdicts_agree_with_the_kernel(void **state)
{
	char detail[256] = "";
	(void)state;

	assert_int_equal(test_named("btf", detail, sizeof(detail)), access(KERNEL_BTF, R_OK) == 0);
	if (access("/sys/bus/event_source/devices/kprobe", F_OK) < 0 && kernel_privileged())
		assert_int_equal(test_named("kprobe", detail, sizeof(detail)), 0);
	/* Where the other root tests run, maps and tracepoints work. */
	if (kernel_privileged() && need_bpf() == 0) {
		assert_int_equal(test_named("mmap", detail, sizeof(detail)), 1);
		assert_int_equal(test_named("batch", detail, sizeof(detail)), 1);
		assert_int_equal(test_named("ringbuf", detail, sizeof(detail)), 1);
		assert_int_equal(test_named("raw_tp", detail, sizeof(detail)), 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_feature_gives_a_verdict),
		cmocka_unit_test(verdicts_agree_with_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
