/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "../temporary.h"
#include "base/limits.h"
#include "base/str.h"

static const char symbols[] = "0000000000000000 A fixed_percpu_data\n"
			      "ffffffff81000000 T _text\n"
			      "ffffffff81000000 T startup_64\n"
			      "ffffffff81000040 t sync_regs\n"
			      "ffffffff81000080 T end_of_core\n"
			      /* behind a symbol that comes later */
			      "ffffffffc0001000 t module_function\t[dm_mod]\n"
			      "ffffffffc0000000 t earlier_module\t[other]\n";

static struct decode_step step(const struct decode_argument *path)
{
	return (struct decode_step){"kstack", path, 1};
}

static struct value stack(const uint64_t *addresses, size_t count)
{
	return (struct value){.type = VALUE_BYTES,
		.length = (uint32_t)(count * sizeof(*addresses)),
		.bytes = addresses};
}

static void names(void **state)
{
	static const uint64_t normal[] = {
		0xffffffff81000044, 0xffffffff81000000, 0xffffffffc0001fff, 0, 0xffffffff81000040};
	static const uint64_t none[] = {0};
	static const uint64_t ends[] = {0xffffffff8100003f, 0xffffffff81000040, 0xffffffff81000080,
		0xffffffff81000080 + (1 << 20), 0xffffffff81000081 + (1 << 20)};
	static const uint64_t outside[] = {1, UINT64_MAX, 0xffffffff80ffffff};
	static const uint64_t modules[] = {0xffffffffc0000fff, 0xffffffffc0001000};
	static uint64_t full[127], many[128];
	static char deepest[127 * 10];
	const struct decode_argument path = {
		"path", temporary_write("kallsyms", symbols, sizeof(symbols) - 1)};
	const struct decode_step steps[] = {step(&path)};
	const struct decode_row rows[] = {
		{stack(normal, 5), "sync_regs\n_text\nmodule_function"},
		{stack(normal, 1), "sync_regs"},
		{stack(none, 1), ""},
		{stack(ends, 5), "_text\nsync_regs\nend_of_core\nend_of_core\n??"},
		{stack(outside, 3), "??\n??\n??"},
		{stack(modules, 2), "earlier_module\nmodule_function"},
		{stack(full, 127), deepest},
		{stack(many, 128), NULL},
		{BYTES(""), NULL},
		{BYTES("1234567"), NULL},
		{BYTES("123456789"), NULL},
		{STRING("12345678"), NULL},
		{UINT(0xffffffff81000044), NULL},
	};

	(void)state;
	/* Of 127 names of 10 bytes with their line breaks, 102 are whole in 1024 bytes. */
	for (size_t i = 0; i < 127; i++)
		full[i] = 0xffffffff81000041;
	for (size_t i = 0; i < 102; i++)
		strcpy(deepest + 10 * i, i < 101 ? "sync_regs\n" : "sync_regs");
	check_rows(steps, 1, rows, ARRAY_SIZE(rows));
}

/* The file is emptied after prepare(). */
static void one_pass_for_all(void **state)
{
	static const uint64_t a[] = {0xffffffff81000044, 0xffffffff81000001};
	static const uint64_t b[] = {0xffffffffc0001001, 0xffffffff81000044};
	const struct decode_argument path = {
		"path", temporary_write("kallsyms", symbols, sizeof(symbols) - 1)};
	const struct decode_step steps[] = {step(&path)};
	const struct value values[] = {stack(a, 2), UINT(5), stack(b, 2)};
	struct decode_chain *chain = chain_of(steps, 1);
	struct arena arena = {0};
	struct value out;

	(void)state;
	decode_chain_prepare(chain, values, ARRAY_SIZE(values));
	temporary_write("kallsyms", "", 0);
	assert_int_equal(decode_chain_run(chain, &values[0], &out, &arena, NULL), 0);
	assert_string_equal(out.string, "sync_regs\n_text");
	assert_int_equal(decode_chain_run(chain, &values[2], &out, &arena, NULL), 0);
	assert_string_equal(out.string, "module_function\nsync_regs");
	decode_chain_prepare(chain, values, ARRAY_SIZE(values));
	assert_int_equal(decode_chain_run(chain, &values[2], &out, &arena, NULL), 0);
	assert_string_equal(out.string, "module_function\nsync_regs");
	decode_chain_free(chain);
	arena_fini(&arena);
}

static void missing_names_are_told_once(void **state)
{
	static const uint64_t address = 0xffffffff81000044;
	static const struct decode_argument path = {"path", "/nonexistent/kallsyms"};
	const struct decode_step steps[] = {step(&path)};
	struct decode_chain *chain = chain_of(steps, 1);
	const struct value in = stack(&address, 1);
	struct arena arena = {0};
	struct value out;
	struct err err;

	(void)state;
	assert_int_equal(decode_chain_run(chain, &in, &out, &arena, &err), -EINVAL);
	assert_non_null(strstr(err.text, "No such file or directory"));
	assert_int_equal(decode_chain_run(chain, &in, &out, &arena, &err), 0);
	assert_string_equal(out.string, "??");
	decode_chain_free(chain);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(one_pass_for_all),
		cmocka_unit_test(missing_names_are_told_once),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
