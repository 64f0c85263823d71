/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key bytes from anywhere through chains of decoders. Input: a byte that chooses the chain, one
 * that chooses the type, then the file that the decoder reads (kallsyms, partitions, BTF, pci.ids,
 * the maps of process 1;
 * for regexp: the pattern) up to a 0xff, then the key.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/str.h"
#include "decode/cgroup_mount.h"
#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char file_path[64];
static char proc_path[64]; /* a folder that looks like /proc, with process 1 */
static char pattern_text[LIMIT_PATTERN_BYTES + 2];

static const struct decode_argument table[] = {
	{"0", "zero"}, {"-1", "minus"}, {"text", "\xff"}, {"allow_unknown", "false"}};
static const struct decode_argument symbols = {"path", file_path};
static const struct decode_argument devices[] = {
	{"path", "/nonexistent"}, {"partitions", file_path}};
static const struct decode_argument devices_of_user[] = {
	{"layout", "user"}, {"path", "/nonexistent"}, {"partitions", file_path}};

static const struct decode_step ksym[] = {{"uint", NULL, 0}, {"ksym", &symbols, 1}};
static const struct decode_step majorminor[] = {{"majorminor", devices, 2}};
static const struct decode_step map[] = {{"string", NULL, 0}, {"static_map", table, 4}};
static const struct decode_step map_alone[] = {{"static_map", table, 4}};
static const struct decode_step numbers[] = {{"sint", NULL, 0}, {"errno", NULL, 0}};
static const struct decode_step calls[] = {{"syscall", NULL, 0}, {"hex", NULL, 0}};
static const struct decode_step text[] = {{"string", NULL, 0}};

static const struct decode_argument color[] = {
	{"name", "color"}, {"path", file_path}, {"strip", "COLOR_"}};
static const struct decode_argument enumerator[] = {{"name", "MINUS"}, {"path", file_path}};
static const struct decode_argument no_folder = {"path", "/nonexistent"};
static const struct decode_argument processes = {"path", proc_path};
static const struct decode_argument host = {"order", "host"};
static const struct decode_argument patterns[] = {
	{"pattern", pattern_text}, {"pattern", "(?i)^([a-z]+)$|\\d{3}"}};
/* A file of mounts might name any folder, and the decoder would walk it: only the file is read. */
static const struct decode_step cgroup[] = {{"cgroup", &no_folder, 1}};
static const struct decode_step usym[] = {{"usym", &processes, 1}};

/* New ones go to the end: the seeds count them. */
static const struct {
	const struct decode_step *steps;
	size_t count;
} chains[] = {
	{ksym, 2},
	{majorminor, 1},
	{map, 2},
	{map_alone, 1},
	{numbers, 2},
	{calls, 2},
	{text, 1},
	{NULL, 0},
	{(const struct decode_step[]){{"bool", NULL, 0}}, 1},
	{(const struct decode_step[]){{"comm", &no_folder, 1}}, 1},
	{(const struct decode_step[]){{"dname", NULL, 0}}, 1},
	{(const struct decode_step[]){{"enum", color, 3}}, 1},
	{(const struct decode_step[]){{"sint", NULL, 0}, {"enum", enumerator, 2}}, 2},
	{(const struct decode_step[]){{"inet_ip", NULL, 0}}, 1},
	{(const struct decode_step[]){{"inet_proto", NULL, 0}}, 1},
	{(const struct decode_step[]){{"kstack", &symbols, 1}}, 1},
	{(const struct decode_step[]){{"mac", NULL, 0}}, 1},
	{(const struct decode_step[]){{"pci_vendor", &symbols, 1}}, 1},
	{(const struct decode_step[]){{"pci_device", &symbols, 1}}, 1},
	{(const struct decode_step[]){{"pci_class", &symbols, 1}}, 1},
	{(const struct decode_step[]){{"pci_subclass", &symbols, 1}}, 1},
	{(const struct decode_step[]){{"port", NULL, 0}, {"port", &host, 1}}, 2},
	{(const struct decode_step[]){{"regexp", patterns, 2}}, 1},
	{(const struct decode_step[]){{"signal", NULL, 0}}, 1},
	{(const struct decode_step[]){{"ifname", NULL, 0}}, 1},
	{cgroup, 1},
	{(const struct decode_step[]){{"usym", &no_folder, 1}}, 1},
	{(const struct decode_step[]){{"majorminor", devices_of_user, 3}}, 1},
	{usym, 1},
};

static void require(bool fact)
{
	if (!fact)
		abort();
}

static struct value make_value(uint8_t type, const void *bytes, size_t size)
{
	struct value value = {.type = (enum value_type)(type % (VALUE_BOOL + 1))};
	uint64_t number = 0;

	if (value.type == VALUE_BYTES || value.type == VALUE_STRING) {
		value.length = (uint32_t)size;
		value.bytes = bytes;
		return value;
	}
	memcpy(&number, bytes, size < sizeof(number) ? size : sizeof(number));
	if (value.type == VALUE_BOOL)
		value.boolean = number & 1;
	else
		value.uint = number;
	return value;
}

static void check(const struct value *value)
{
	require(value->type != VALUE_BYTES);
	if (value->type != VALUE_STRING)
		return;
	require(value->length <= LIMIT_ATTRIBUTE_STRING);
	require(strlen(value->string) == value->length);
	require(utf8_is_valid(value->string, value->length));
}

static void run(size_t which, const struct value *in)
{
	struct decode_chain *chain;
	struct arena arena = {0};
	struct err err = {{0}};
	struct value out;
	int result = decode_chain_new(&chain, chains[which].steps, chains[which].count, &err);

	if (result) {
		/* Any text may be the pattern. */
		require(strcmp(chains[which].steps[0].decoder, "regexp") == 0);
		require(err.text[0] != '\0');
		return;
	}
	decode_chain_prepare(chain, in, 1);
	for (int i = 0; i < 2; i++) {
		result = decode_chain_run(chain, in, &out, &arena, &err);
		if (result == 0)
			check(&out);
		else
			require(result == DECODE_SKIP || err.text[0] != '\0');
	}
	decode_chain_free(chain);
	arena_fini(&arena);
}

static void read_mounts(void)
{
	char path[256];

	for (int i = 0; i < 2; i++)
		if (cgroup_mount_find(file_path, i ? "memory" : NULL, path, sizeof(path)) == 0)
			require(path[0] == '/' && strlen(path) < sizeof(path));
}

static void remove_processes(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/1/maps", proc_path);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(proc_path);
}

/* The file is the maps of process 1. */
static void make_processes(void)
{
	char path[128];

	if (!*proc_path) {
		snprintf(proc_path, sizeof(proc_path), "/tmp/fuzz_decode.XXXXXX");
		require(mkdtemp(proc_path) != NULL && atexit(remove_processes) == 0);
		snprintf(path, sizeof(path), "%s/1", proc_path);
		require(mkdir(path, 0700) == 0);
	}
	snprintf(path, sizeof(path), "%s/1/maps", proc_path);
	unlink(path);
	require(symlink(file_path, path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *content, *end;
	size_t content_size;
	uint8_t *key;
	int fd;

	if (size < 2)
		return 0;
	content = data + 2;
	end = memchr(content, 0xff, size - 2);
	content_size = end ? (size_t)(end - content) : 0;
	key = malloc(size); /* of exactly its size, so that reading past it is seen */
	fd = memfd_create("file", MFD_CLOEXEC);
	if (key && fd >= 0 && write(fd, content, content_size) == (ssize_t)content_size) {
		const uint8_t *from = end ? end + 1 : content;
		size_t key_size = size - (size_t)(from - data);
		uint8_t *exact = realloc(key, key_size ? key_size : 1);
		struct value in;

		key = exact ? exact : key;
		memcpy(key, from, key_size);
		snprintf(file_path, sizeof(file_path), "/proc/self/fd/%d", fd);
		in = make_value(data[1], key, key_size);
		snprintf(pattern_text, sizeof(pattern_text), "%.*s", (int)content_size,
			(const char *)content);
		if (chains[data[0] % ARRAY_SIZE(chains)].steps == usym)
			make_processes();
		run(data[0] % ARRAY_SIZE(chains), &in);
		if (chains[data[0] % ARRAY_SIZE(chains)].steps == cgroup)
			read_mounts();
	}
	if (fd >= 0)
		close(fd);
	free(key);
	return 0;
}
