/* SPDX-License-Identifier: Apache-2.0 */
#include <elf.h>
#include <sys/wait.h>

#include "../temporary.h"
#include "decode_test.h"
#include "elf_blob.h"

struct place {
	uint64_t pid, address;
};

static const char *decoded(struct decode_chain *chain, const void *bytes, uint32_t length)
{
	const struct value in = {.type = VALUE_BYTES, .length = length, .bytes = bytes};
	static char text[1100];
	struct arena arena = {0};
	struct err err = {{0}};
	struct value out;

	decode_chain_prepare(chain, &in, 1);
	if (run_exact(chain, &in, &out, &arena, &err))
		fail_msg("%s", err.text);
	assert_int_equal(out.type, VALUE_STRING);
	snprintf(text, sizeof(text), "%s", out.string);
	arena_fini(&arena);
	return text;
}

static const char *at(struct decode_chain *chain, uint64_t pid, uint64_t address)
{
	const struct place place = {pid, address};

	return decoded(chain, &place, sizeof(place));
}

static struct decode_chain *chain_in(const char *proc)
{
	const struct decode_argument argument = {"path", proc};

	return chain_of(&(struct decode_step){"usym", &argument, 1}, 1);
}

/* This program is position independent and has symbols of its own; libc has those that it exports.
 */
static void of_this_process(void **state)
{
	struct decode_chain *chain = chain_of(&(struct decode_step){.decoder = "usym"}, 1);
	const uint64_t pid = (uint64_t)getpid(), here = (uintptr_t)of_this_process;
	unsigned char packed[12];
	char unknown[64];
	int on_stack;

	(void)state;
	assert_string_equal(at(chain, pid, here), "of_this_process");
	assert_string_equal(at(chain, pid, here + 1), "of_this_process");
	assert_string_equal(at(chain, pid, (uintptr_t)getppid), "getppid");
	/* As bpf_get_current_pid_tgid() has it. */
	assert_string_equal(at(chain, pid << 32 | pid, here), "of_this_process");
	/* A thread that has ended: no number of a thread is that large. */
	assert_string_equal(at(chain, pid << 32 | 0x7fffffff, here), "of_this_process");
	memcpy(packed, &(uint32_t){(uint32_t)pid}, 4);
	memcpy(packed + 4, &here, 8);
	assert_string_equal(decoded(chain, packed, 12), "of_this_process");
	assert_int_equal(strncmp(at(chain, pid, (uintptr_t)&on_stack), "[stack]+0x", 10), 0);
	assert_string_equal(at(chain, pid, 16), "unknown_addr:0x10");
	snprintf(unknown, sizeof(unknown), "unknown_addr:0x%llx", (unsigned long long)UINT64_MAX);
	assert_string_equal(at(chain, pid, UINT64_MAX), unknown);
	assert_string_equal(at(chain, 0, 16), "unknown_addr:0x10");
	decode_chain_free(chain);
}

static void of_a_process_that_has_gone(void **state)
{
	struct decode_chain *chain = chain_of(&(struct decode_step){.decoder = "usym"}, 1);
	const uint64_t here = (uintptr_t)of_this_process;
	char unknown[64];
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_true(pid > 0);
	/* Still there, as a zombie: nothing is mapped any more. */
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(unknown, sizeof(unknown), "unknown_addr:0x%llx", (unsigned long long)here);
	assert_string_equal(at(chain, (uint64_t)pid, here), unknown);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_string_equal(at(chain, (uint64_t)pid, here), unknown);
	decode_chain_free(chain);
}

/* As the kernel writes it: 1 MiB of the file from offset 0 on, at 0x7f0000000000. */
static void map_file(uint32_t pid, const char *path, uint64_t inode)
{
	char line[512], name[64];

	snprintf(line, sizeof(line), "7f0000000000-7f0000100000 r-xp 00000000 08:01 %llu  %s\n",
		(unsigned long long)inode, path);
	snprintf(name, sizeof(name), "%u/maps", pid);
	temporary_write(name, line, strlen(line));
}

static uint64_t write_elf(const char *name, const struct elf_blob *blob, size_t size)
{
	struct stat status;

	assert_int_equal(stat(temporary_write(name, (const char *)blob, size), &status), 0);
	return status.st_ino;
}

static void files(void **state)
{
	static const uint64_t base = 0x7f0000000000;
	struct decode_chain *chain;
	struct elf_blob blob;
	char proc[512];

	(void)state;
	snprintf(proc, sizeof(proc), "%s", temporary_path("."));
	chain = chain_in(proc);
	elf_blob_init(&blob);
	/* In the root of the process, which is not ours. */
	map_file(1, "/opt/tool", write_elf("1/root/opt/tool", &blob, sizeof(blob)));
	assert_string_equal(at(chain, 1, base + 0x1000), "local");
	assert_string_equal(at(chain, 1, base + 0x1140), "inner");
	assert_string_equal(at(chain, 1, base + 0x1200), "tool+0x401200");
	assert_string_equal(at(chain, 1, base + 0x3000), "tool+0x3000"); /* is not loaded */
	/* Stripped. */
	blob.header.e_shnum = 0;
	map_file(2, "/opt/bare", write_elf("2/root/opt/bare", &blob, sizeof(blob)));
	assert_string_equal(at(chain, 2, base + 0x1140), "bare+0x401140");
	/* No ELF file, a damaged one, another file by now, none. */
	map_file(3, "/opt/text", write_elf("3/root/opt/text", &blob, 10));
	assert_string_equal(at(chain, 3, base + 0x1140), "text+0x1140");
	blob.header.e_shnum = 0xffff;
	map_file(4, "/opt/bad", write_elf("4/root/opt/bad", &blob, sizeof(blob)));
	assert_string_equal(at(chain, 4, base + 0x1140), "bad+0x1140");
	map_file(5, "/opt/tool", 1 + write_elf("5/root/opt/tool", &blob, sizeof(blob)));
	assert_string_equal(at(chain, 5, base + 0x1140), "tool+0x1140");
	map_file(6, "/opt/gone (deleted)", 4711);
	assert_string_equal(at(chain, 6, base + 0x1140), "gone (deleted)+0x1140");
	/* Bytes that are no text. */
	map_file(7, "/opt/\xff\xfe", 4711);
	assert_string_equal(at(chain, 7, base), "\xef\xbf\xbd\xef\xbf\xbd+0x0");
	decode_chain_free(chain);
}

/* More files than are remembered, twice: what was forgotten is read again. */
static void many_files(void **state)
{
	struct decode_chain *chain;
	struct elf_blob blob;
	char proc[512];

	(void)state;
	snprintf(proc, sizeof(proc), "%s", temporary_path("."));
	chain = chain_in(proc);
	elf_blob_init(&blob);
	for (int i = 0; i < 80; i++) {
		uint32_t pid = 100 + (uint32_t)(i % 40);
		char name[64];

		snprintf(name, sizeof(name), "%u/root/a", pid);
		map_file(pid, "/a", write_elf(name, &blob, sizeof(blob)));
		assert_string_equal(at(chain, pid, 0x7f0000001000), "local");
	}
	decode_chain_free(chain);
}

/* The file was replaced in place: an upgrade. */
static void changed_file(void **state)
{
	struct decode_chain *chain;
	struct elf_blob blob;
	char proc[512];

	(void)state;
	snprintf(proc, sizeof(proc), "%s", temporary_path("."));
	chain = chain_in(proc);
	elf_blob_init(&blob);
	map_file(60, "/a", write_elf("60/root/a", &blob, sizeof(blob)));
	assert_string_equal(at(chain, 60, 0x7f0000001000), "local");
	memcpy(blob.names + 1, "fresh", 5);
	map_file(60, "/a", write_elf("60/root/a", &blob, sizeof(blob)));
	assert_string_equal(at(chain, 60, 0x7f0000001000), "fresh");
	decode_chain_free(chain);
}

static void what_is_no_place(void **state)
{
	static const struct decode_row rows[] = {
		{BYTES(""), NULL},
		{BYTES("12345678901"), NULL},
		{BYTES("1234567890123"), NULL},
		{BYTES("12345678901234567"), NULL},
		{UINT(1), NULL},
		{STRING("1234567890123456"), NULL},
		{BOOLEAN(true), NULL},
	};

	(void)state;
	check_decoder("usym", rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_this_process),
		cmocka_unit_test(of_a_process_that_has_gone),
		cmocka_unit_test(files),
		cmocka_unit_test(many_files),
		cmocka_unit_test(changed_file),
		cmocka_unit_test(what_is_no_place),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
