/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "../temporary.h"
#include "btf_blob.h"

static char path[512];

static int make_blob(void **state)
{
	unsigned char blob[1024];
	size_t size = blob_make(blob);

	temporary_make(state);
	snprintf(path, sizeof(path), "%s", temporary_write("btf", (char *)blob, size));
	return 0;
}

static void check(const char *name, const char *strip, const struct decode_row *rows, size_t count)
{
	const struct decode_argument arguments[] = {
		{"name", name}, {"path", path}, {"strip", strip}};
	const struct decode_step step = {"enum", arguments, strip ? 3 : 2};

	check_rows(&step, 1, rows, count);
}

static void names(void **state)
{
	static const struct decode_row color[] = {
		{UINT(0), "COLOR_RED"}, /* the first of two names */
		{BYTES("\0"), "COLOR_RED"},
		{UINT(0xfffffffe), "COLOR_GREEN"},
		{SINT(-2), "COLOR_GREEN"},
		{BYTES("\xfe\xff\xff\xff"), "COLOR_GREEN"},
		{UINT(UINT64_MAX - 1), "COLOR_GREEN"}, /* the same number, written with 64 bits */
		{STRING("-2"), "COLOR_GREEN"},
		{UINT(UINT64_C(0x1fffffffe)), "unknown:8589934590"},
		{UINT(5), "unknown:5"},
		{SINT(-5), "unknown:-5"},
		{SINT(INT64_MIN), "unknown:-9223372036854775808"},
		{UINT(UINT64_C(1) << 32), "unknown:4294967296"},
		{BYTES(""), NULL},
		{BYTES("abc"), NULL},
		{STRING("COLOR_RED"), NULL},
	};
	static const struct decode_row is_signed[] = {
		{SINT(-1), "MINUS"}, {UINT(UINT32_MAX), "MINUS"}, {UINT(1), "COLOR_RED"}};
	static const struct decode_row wide[] = {{UINT(UINT64_C(0x10000000001)), "HUGE"},
		{UINT(1), "unknown:1"}, {SINT(7), "COLOR_RED"}};
	static const struct decode_row small[] = {{SINT(-128), "MINUS"}, {BYTES("\x80"), "MINUS"},
		{UINT(127), "COLOR_RED"}, {UINT(0x17f), "unknown:383"},
		{SINT(-129), "unknown:-129"}};
	static const struct decode_row stripped[] = {
		{UINT(0), "RED"}, {SINT(-2), "GREEN"}, {UINT(1), "unknown:1"}};
	static const struct decode_row tcp[] = {{UINT(1), "ESTABLISHED"}};
	static const struct decode_row whole[] = {{UINT(1), "TCP_ESTABLISHED"}};

	(void)state;
	check("color", NULL, color, ARRAY_SIZE(color));
	check("signed", NULL, is_signed, ARRAY_SIZE(is_signed));
	check("wide", NULL, wide, ARRAY_SIZE(wide));
	check("small", NULL, small, ARRAY_SIZE(small));
	check("color", "COLOR_", stripped, ARRAY_SIZE(stripped));
	check("TCP_ESTABLISHED", "TCP_", tcp, 1);
	check("TCP_ESTABLISHED", "TCP_ESTABLISHED", whole, 1); /* nothing would be left */
	check("TCP_ESTABLISHED", "UDP_", whole, 1);
}

static void missing_names_are_told_once(void **state)
{
	static const struct decode_argument name = {"name", "no_such_enum_anywhere"};
	static const struct decode_step step = {"enum", &name, 1};
	struct decode_chain *chain = chain_of(&step, 1);
	const struct value in = UINT(3);
	struct arena arena = {0};
	struct value out;
	struct err err;

	(void)state;
	assert_int_equal(decode_chain_run(chain, &in, &out, &arena, NULL), 0);
	assert_int_equal(decode_chain_run(chain, &in, &out, &arena, &err), -EINVAL);
	assert_non_null(strstr(err.text, "; numbers stay numbers"));
	assert_int_equal(decode_chain_run(chain, &in, &out, &arena, &err), 0);
	assert_string_equal(out.string, "unknown:3");
	decode_chain_free(chain);
	arena_fini(&arena);
}

static void absent_enums_have_one_name(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(0), "NOTHING"}, {UINT(3), "NOTHING"}, {BYTES("abc"), NULL}};
	static const struct decode_row red[] = {{UINT(0), "COLOR_RED"}, {UINT(3), "unknown:3"}};
	const struct decode_argument absent[] = {
		{"name", "no_such_enum"}, {"path", path}, {"absent", "NOTHING"}};
	const struct decode_argument there[] = {
		{"name", "color"}, {"path", path}, {"absent", "NOTHING"}};

	(void)state;
	check_rows(&(const struct decode_step){"enum", absent, 3}, 1, rows, ARRAY_SIZE(rows));
	check_rows(&(const struct decode_step){"enum", there, 3}, 1, red, ARRAY_SIZE(red));
}

/* What cannot be read is a mistake, not an answer. */
static void damaged_is_not_absent(void **state)
{
	const char *file = temporary_write("damaged", "no BTF", 6);
	const struct decode_argument arguments[] = {
		{"name", "color"}, {"path", file}, {"absent", "NOTHING"}};
	const struct decode_step step = {"enum", arguments, 3};
	static const struct decode_row rows[] = {{UINT(0), NULL}};

	(void)state;
	check_rows(&step, 1, rows, 1);
}

static void of_the_running_kernel(void **state)
{
	static const struct decode_argument name = {"name", "bpf_map_type"};
	static const struct decode_argument tcp[] = {
		{"name", "TCP_ESTABLISHED"}, {"strip", "TCP_"}};
	static const struct decode_step step = {"enum", &name, 1}, tcp_step = {"enum", tcp, 2};
	static const struct decode_row rows[] = {
		{UINT(1), "BPF_MAP_TYPE_HASH"}, {UINT(6), "BPF_MAP_TYPE_PERCPU_ARRAY"}};
	static const struct decode_row states[] = {{UINT(1), "ESTABLISHED"}, {UINT(10), "LISTEN"}};

	(void)state;
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		print_message("this kernel has no BTF\n");
		skip();
	}
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
	check_rows(&tcp_step, 1, states, ARRAY_SIZE(states));
}

static void wrong_arguments(void **state)
{
	static const struct decode_argument wrong[] = {{"strip", "x"}, {"nam", "x"}, {"name", ""}};
	struct decode_chain *chain;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const struct decode_step step = {"enum", &wrong[i], 1};

		assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
		assert_non_null(strstr(err.text, "name"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(missing_names_are_told_once),
		cmocka_unit_test(absent_enums_have_one_name),
		cmocka_unit_test(damaged_is_not_absent),
		cmocka_unit_test(of_the_running_kernel),
		cmocka_unit_test(wrong_arguments),
	};

	return cmocka_run_group_tests(tests, make_blob, temporary_remove);
}
