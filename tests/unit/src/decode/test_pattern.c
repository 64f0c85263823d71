/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "base/limits.h"
#include "decode/pattern.h"

struct row {
	const char *pattern, *text;
	const char *whole; /* NULL: no match */
	const char *group; /* NULL: none, or none that took part */
};

static void check_span(const struct row *row, struct span found, const char *expected)
{
	if (!expected && !found.start)
		return;
	if (!expected || !found.start || strlen(expected) != found.length ||
		memcmp(found.start, expected, found.length) != 0)
		fail_msg("'%s' in '%s': found '%.*s', expected '%s'", row->pattern, row->text,
			found.start ? (int)found.length : 6, found.start ? found.start : "(none)",
			expected ? expected : "(none)");
}

static void check(const struct row *row)
{
	struct pattern *pattern;
	struct span whole, group;
	struct err err;
	char *exact = malloc(strlen(row->text) + 1);
	bool matched;

	assert_non_null(exact);
	memcpy(exact, row->text, strlen(row->text));
	if (pattern_new(&pattern, row->pattern, &err))
		fail_msg("%s", err.text);
	for (int i = 0; i < 2; i++) {
		matched = pattern_match(pattern, exact, strlen(row->text), &whole, &group);
		if (matched != (row->whole != NULL))
			fail_msg("'%s' %s '%s'", row->pattern, matched ? "is in" : "is not in",
				row->text);
		if (matched) {
			check_span(row, whole, row->whole);
			check_span(row, group, row->group);
		}
	}
	pattern_free(pattern);
	free(exact);
}

/* What Go's regexp.FindStringSubmatch gives. */
static void as_in_go(void **state)
{
	static const struct row rows[] = {
		{"", "abc", "", NULL},
		{"b", "abc", "b", NULL},
		{"x", "abc", NULL, NULL},
		{"x", "", NULL, NULL},
		{"^$", "", "", NULL},
		{"^b", "abc", NULL, NULL},
		{"c$", "abc", "c", NULL},
		{"^systemd-", "systemd-journal", "systemd-", NULL},
		{"^systemd-(.*)$", "systemd-journal", "systemd-journal", "journal"},
		{"^.*\\.slice/([^/]+)", "/a.slice/b.slice/c.service/d",
			"/a.slice/b.slice/c.service", "c.service"},
		{"kworker/(u\\d+|\\d+)", "kworker/u12:1", "kworker/u12", "u12"},
		/* Leftmost, then the first alternative, not the longest. */
		{"a|ab", "xab", "a", NULL},
		{"ab|a", "xab", "ab", NULL},
		{"(?:a|ab)(c|bcd)(?:d*)", "abcd", "abcd", "bcd"},
		{"b+", "abbbab", "bbb", NULL},
		{"b+?", "abbbab", "b", NULL},
		{"(b*?)a", "bba", "bba", "bb"},
		{"(a*)(?:a|b)", "aaab", "aaab", "aaa"},
		{"(a*?)(?:a|b)", "aaab", "a", ""},
		{"(?U)a+", "aaa", "a", NULL},
		{"(?U)a+?", "aaa", "aaa", NULL},
		{"a{2}", "aaa", "aa", NULL},
		{"a{2,}", "aaaa", "aaaa", NULL},
		{"a{1,3}", "aaaa", "aaa", NULL},
		{"a{1,3}?", "aaaa", "a", NULL},
		{"a{0}", "aaaa", "", NULL},
		{"a{0,1}b", "aab", "ab", NULL},
		{"a{", "a{", "a{", NULL},
		{"a{,2}", "a{,2}", "a{,2}", NULL},
		{"a{x}", "a{x}", "a{x}", NULL},
		{"(x)?b", "b", "b", NULL},
		{"(?:(x)|b)*", "xb", "xb", "x"},
		{"(a*)*", "b", "", ""},
		{"(?:a*)*", "aab", "aa", NULL},
		{"(?:a|)+", "aa", "aa", NULL},
		{"[a-c]+", "xxabcd", "abc", NULL},
		{"[^a-c]+", "abxyc", "xy", NULL},
		{"[]a]+", "x]a]", "]a]", NULL},
		{"[^]a]+", "]xa", "x", NULL},
		{"[a-]+", "x-a-", "-a-", NULL},
		{"[-a]+", "x-a-", "-a-", NULL},
		{"[\\d.]+", "v1.2.3", "1.2.3", NULL},
		{"[\\D]+", "12ab", "ab", NULL},
		{"[^\\d]+", "12ab", "ab", NULL},
		{"[[:alpha:]_]+", "1a_Z2", "a_Z", NULL},
		{"[[:^alpha:]]+", "ab12c", "12", NULL},
		{"[[:cntrl:]]", "a\x7f", "\x7f", NULL},
		{"[a-z&&x]+", "a&x", "a&x", NULL},
		{"\\w+\\s\\w+", "..one two", "one two", NULL},
		{"\\bfoo\\b", "afoo foo", "foo", NULL},
		{"\\Bfoo", "foo afoo", "foo", NULL},
		{"\\Aab\\z", "ab", "ab", NULL},
		{"\\x41\\x{42}\\t", "AB\t", "AB\t", NULL},
		{"\\Qa.b*\\E+", "a.b**", "a.b**", NULL},
		{"\\Qa.b", "a.b", "a.b", NULL},
		{"(\\Q)|(\\E|x)b", "x)b", NULL, NULL},
		{"(\\Q)|(\\E|x)b", ")|(b", ")|(b", ")|("},
		{"a\\Q\\Eb\\Q", "ab", "ab", NULL},
		{"a.c", "a\nc", NULL, NULL},
		{"(?s)a.c", "a\nc", "a\nc", NULL},
		{"^b$", "a\nb\nc", NULL, NULL},
		{"(?m)^b$", "a\nb\nc", "b", NULL},
		{"(?i)NGINX", "a nGinx", "nGinx", NULL},
		{"(?i)[a-c]+[^x]", "ABCX", "ABC", NULL},
		{"(?i:a)b", "Ab", "Ab", NULL},
		{"(?i:a)b", "AB", NULL, NULL},
		{"(?:(?i)a)b", "AB", NULL, NULL},
		{"(?i)a(?-i)b", "Ab", "Ab", NULL},
		{"(?i)a(?-i)b", "AB", NULL, NULL},
		{"(?P<unit>[a-z]+)\\.service", "ssh.service", "ssh.service", "ssh"},
		{"(?<unit>[a-z]+)\\.service", "ssh.service", "ssh.service", "ssh"},
		{"\\/sys\\-x", "/sys-x", "/sys-x", NULL},
		/* Characters, not bytes. */
		{"^.$", "\xc3\xa4", "\xc3\xa4", NULL},
		{"^.{2}$", "\xc3\xa4", NULL, NULL},
		{"[\xc3\xa4-\xc3\xbc]", "x\xc3\xb6", "\xc3\xb6", NULL},
		{"\\x{1F41D}+", "\xf0\x9f\x90\x9d\xf0\x9f\x90\x9d",
			"\xf0\x9f\x90\x9d\xf0\x9f\x90\x9d", NULL},
		{"^.$", "\xff", "\xff", NULL},
		{"\\x{fffd}", "a\xff", "\xff", NULL},
		{"^..$", "\xe2\x82", "\xe2\x82", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i]);
}

/* A backtracking matcher would not come to an end in this universe. */
static void no_pattern_is_slow(void **state)
{
	static char text[LIMIT_ATTRIBUTE_STRING + 1];
	const struct row rows[] = {
		{"(?:a*)*b", text, NULL, NULL},
		{"(?:a|a)*b", text, NULL, NULL},
		{"(?:a?){500}a{500}$", text, text, NULL},
		{"(?:(?:a{1,10}){1,10}){1,10}b", text, NULL, NULL},
	};

	(void)state;
	memset(text, 'a', LIMIT_ATTRIBUTE_STRING);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (i == 2)
			text[1000] = '\0';
		check(&rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_in_go),
		cmocka_unit_test(no_pattern_is_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
