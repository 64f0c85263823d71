/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "../temporary.h"
#include "base/limits.h"

static const char symbols[] = "0000000000000000 A fixed_percpu_data\n"
			      "ffffffff81000000 T _text\n"
			      "ffffffff81000000 T startup_64\n"
			      "ffffffff81000040 t sync_regs\n"
			      "not a line\n"
			      "ffffffff810000800 T seventeen_digits\n"
			      "ffffffff81000080\n"
			      "ffffffff81000080 T \n"
			      "FFFFFFFF81000080 T upper_case\n"
			      "ffffffffc0001000 t module_function\t[dm_mod]\n"
			      "ffffffffc0002000 t bpf_prog_6deef7357e7b4530_count\t[bpf]";

static struct decode_chain *ksym_chain(const char *path)
{
	const struct decode_argument argument = {"path", path};
	const struct decode_step step = {"ksym", &argument, 1};

	return chain_of(&step, 1);
}

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(0xffffffff81000000), "_text"}, /* the first of several */
		{UINT(0xffffffff81000040), "sync_regs"},
		{UINT(0xffffffff81000041), "unknown_addr:0xffffffff81000041"}, /* inside */
		{UINT(0xffffffff81000080), "unknown_addr:0xffffffff81000080"},
		{UINT(0xffffffffc0001000), "module_function"},
		{UINT(0xffffffffc0002000), "bpf_prog_6deef7357e7b4530_count"},
		{UINT(0), "unknown_addr:0x0"},
		{UINT(UINT64_MAX), "unknown_addr:0xffffffffffffffff"},
		{BYTES("\x40\0\0\x81\xff\xff\xff\xff"), "sync_regs"},
		{STRING("0xffffffff81000040"), "sync_regs"},
		{BYTES("abc"), NULL},
		{BYTES(""), NULL},
		{STRING("sync_regs"), NULL},
	};
	const struct decode_argument argument = {
		"path", temporary_write("kallsyms", symbols, sizeof(symbols) - 1)};
	const struct decode_step step = {"ksym", &argument, 1};

	(void)state;
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

/* After prepare() the file is not needed: it is emptied, and the names are still there. */
static void one_pass_for_all(void **state)
{
	static const struct value values[] = {
		UINT(0xffffffffc0001000),
		UINT(0xffffffff81000040),
		STRING("no number"),
		UINT(0xffffffff81000041),
		UINT(0xffffffff81000040),
	};
	static const char *const expected[] = {"module_function", "sync_regs", NULL,
		"unknown_addr:0xffffffff81000041", "sync_regs"};
	struct decode_chain *chain = ksym_chain(
		temporary_write("kallsyms", symbols, sizeof(symbols) - 1));
	struct arena arena = {0};
	struct value out;

	(void)state;
	decode_chain_prepare(chain, values, ARRAY_SIZE(values));
	temporary_write("kallsyms", "", 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		int result = decode_chain_run(chain, &values[i], &out, &arena, NULL);

		assert_int_equal(result, expected[i] ? 0 : -EINVAL);
		if (expected[i])
			assert_string_equal(out.string, expected[i]);
	}
	/* What was not prepared is looked up now, and is not there any more. */
	assert_int_equal(decode_chain_run(chain, &(struct value)UINT(0xffffffff81000000), &out,
				 &arena, NULL),
		0);
	assert_string_equal(out.string, "unknown_addr:0xffffffff81000000");
	decode_chain_free(chain);
	arena_fini(&arena);
}

/* A symbol that appears later (a module) is found, since only the last batch is remembered. */
static void new_symbols_are_found(void **state)
{
	static const struct value value = UINT(0xffffffffc0009000);
	static const char later[] = "ffffffffc0009000 t late\t[mod]\n";
	struct decode_chain *chain = ksym_chain(
		temporary_write("kallsyms", symbols, sizeof(symbols) - 1));
	struct arena arena = {0};
	struct value out;

	(void)state;
	assert_int_equal(decode_chain_run(chain, &value, &out, &arena, NULL), 0);
	assert_string_equal(out.string, "unknown_addr:0xffffffffc0009000");
	temporary_write("kallsyms", later, sizeof(later) - 1);
	decode_chain_prepare(chain, &value, 1);
	assert_int_equal(decode_chain_run(chain, &value, &out, &arena, NULL), 0);
	assert_string_equal(out.string, "late");
	decode_chain_free(chain);
	arena_fini(&arena);
}

static void behind_another_decoder(void **state)
{
	const struct decode_argument argument = {
		"path", temporary_write("kallsyms", symbols, sizeof(symbols) - 1)};
	const struct decode_step steps[] = {{"uint", NULL, 0}, {"ksym", &argument, 1}};
	static const struct value values[] = {BYTES("abc"), BYTES("\x40\0\0\x81\xff\xff\xff\xff")};
	struct decode_chain *chain = chain_of(steps, 2);
	struct arena arena = {0};
	struct value out;

	(void)state;
	decode_chain_prepare(chain, values, 2);
	temporary_write("kallsyms", "", 0);
	assert_int_equal(decode_chain_run(chain, &values[1], &out, &arena, NULL), 0);
	assert_string_equal(out.string, "sync_regs");
	decode_chain_free(chain);
	arena_fini(&arena);
}

static void more_than_a_batch(void **state)
{
	struct value *values = calloc(LIMIT_BATCH_ENTRIES + 10, sizeof(*values));
	struct decode_chain *chain = ksym_chain(
		temporary_write("kallsyms", symbols, sizeof(symbols) - 1));
	struct arena arena = {0};
	struct value out;

	(void)state;
	assert_non_null(values);
	for (size_t i = 0; i < LIMIT_BATCH_ENTRIES + 10; i++)
		values[i] = (struct value)UINT(0xffffffff81000040 - LIMIT_BATCH_ENTRIES - 9 + i);
	decode_chain_prepare(chain, values, LIMIT_BATCH_ENTRIES + 10);
	assert_int_equal(
		decode_chain_run(chain, &values[LIMIT_BATCH_ENTRIES + 9], &out, &arena, NULL), 0);
	assert_string_equal(out.string, "sync_regs");
	decode_chain_free(chain);
	free(values);
	arena_fini(&arena);
}

static void check_told_once(const char *path, const char *message)
{
	static const struct value value = UINT(0xffffffff81000040);
	struct decode_chain *chain = ksym_chain(path);
	struct arena arena = {0};
	struct value out;
	struct err err;

	decode_chain_prepare(chain, &value, 1);
	assert_int_equal(decode_chain_run(chain, &value, &out, &arena, &err), -EINVAL);
	assert_non_null(strstr(err.text, message));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(decode_chain_run(chain, &value, &out, &arena, &err), 0);
		assert_string_equal(out.string, "unknown_addr:0xffffffff81000040");
	}
	decode_chain_free(chain);
	arena_fini(&arena);
}

static void hidden_addresses_are_told_once(void **state)
{
	static const char hidden[] = "0000000000000000 T _text\n0000000000000000 t sync_regs\n";

	(void)state;
	check_told_once(temporary_write("kallsyms", hidden, sizeof(hidden) - 1),
		"hidden (kernel.kptr_restrict)");
	check_told_once("/nonexistent/kallsyms", "No such file or directory");
	check_told_once("/", "Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(one_pass_for_all),
		cmocka_unit_test(new_symbols_are_found),
		cmocka_unit_test(behind_another_decoder),
		cmocka_unit_test(more_than_a_batch),
		cmocka_unit_test(hidden_addresses_are_told_once),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
