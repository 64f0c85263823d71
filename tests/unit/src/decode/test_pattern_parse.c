/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "base/limits.h"
#include "decode/pattern.h"

static void mistakes(void **state)
{
	static const struct {
		const char *pattern, *message;
	} rows[] = {
		{"a(b", "found no ) at the end at byte 4 of the pattern 'a(b'"},
		{"a)b", "found a ) that nothing opened at byte 2 of the pattern 'a)b'"},
		{"[a", "found no ] at the end at byte 3 of the pattern '[a'"},
		{"[", "found no ] at the end at byte 2 of the pattern '['"},
		{"[]", "found no ] at the end"},
		{"[z-a]", "found a range whose end is before its beginning"},
		{"[[:letter:]]", "found an unknown [:class:]"},
		{"[[:alpha]]", "found an unknown [:class:]"},
		{"*", "found a repetition of nothing at byte 1"},
		{"a|+", "found a repetition of nothing at byte 3"},
		{"a**", "found a repetition of a repetition"},
		{"a{2}{3}", "found a repetition of a repetition"},
		{"a{3,2}", "found a repetition that is out of order or of more than 1000"},
		{"a{1001}", "found a repetition that is out of order or of more than 1000"},
		{"a{1,99999999999999999999}", "found a repetition that is out of order"},
		{"\\", "found a backslash at the end"},
		{"\\q", "found an unknown escape"},
		{"\\1", "found an unknown escape"},
		{"\\pL", "found a Unicode class, which is not supported,"},
		{"\\xf", "found a bad \\x escape"},
		{"\\x{110000}", "found a bad \\x escape"},
		{"\\x{", "found a bad \\x escape"},
		{"(?<n", "found a group without a name"},
		{"(?P<>a)", "found a group without a name"},
		{"(?=a)", "found an unknown kind of group"},
		{"(?", "found an unknown kind of group"},
		{"(?i", "found an unknown kind of group"},
		{"(?i--m)", "found an unknown kind of group"},
		{"(a)(b)", "found 2 groups in the pattern '(a)(b)', expected at most one"},
	};
	struct pattern *pattern;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		err.text[0] = '\0';
		if (pattern_new(&pattern, rows[i].pattern, &err) != -EINVAL)
			fail_msg("'%s' was accepted", rows[i].pattern);
		if (strncmp(err.text, rows[i].message, strlen(rows[i].message)) != 0)
			fail_msg("'%s': %s", rows[i].pattern, err.text);
	}
}

static void refused(const char *text, const char *message)
{
	struct pattern *pattern;
	struct err err = {{0}};

	assert_int_equal(pattern_new(&pattern, text, &err), -EINVAL);
	if (!strstr(err.text, message))
		fail_msg("%s", err.text);
}

/* Small text that would be large, or take long, or go deep. */
static void bounds(void **state)
{
	static char text[LIMIT_PATTERN_BYTES + 2];
	struct pattern *pattern;

	(void)state;
	refused("(?:(?:a{1000}){1000}){1000}", "more than 4096 steps");
	refused("(?:(?:(?:){1000}){1000}){1000}", "more than 4096 steps");
	refused("(?:(?:(?:a|b)?){1000}){1000}", "more than 4096 steps");
	memset(text, '(', LIMIT_PATTERN_BYTES);
	refused(text, "too many groups inside each other");
	memset(text, 'a', LIMIT_PATTERN_BYTES + 1);
	refused(text, "found a pattern of 1025 bytes, expected at most 1024");
	text[LIMIT_PATTERN_BYTES] = '\0';
	assert_int_equal(pattern_new(&pattern, text, NULL), 0);
	pattern_free(pattern);
	pattern_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
