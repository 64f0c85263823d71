/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key bytes from anywhere through chains of decoders. Input: a byte that chooses the chain, one
 * that chooses the type, then the file that the decoder reads (kallsyms, partitions) up to a 0xff,
 * then the key.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/str.h"
#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char file_path[64];

static const struct decode_argument table[] = {
	{"0", "zero"}, {"-1", "minus"}, {"text", "\xff"}, {"allow_unknown", "false"}};
static const struct decode_argument symbols = {"path", file_path};
static const struct decode_argument devices[] = {
	{"path", "/nonexistent"}, {"partitions", file_path}};

static const struct decode_step ksym[] = {{"uint", NULL, 0}, {"ksym", &symbols, 1}};
static const struct decode_step majorminor[] = {{"majorminor", devices, 2}};
static const struct decode_step map[] = {{"string", NULL, 0}, {"static_map", table, 4}};
static const struct decode_step map_alone[] = {{"static_map", table, 4}};
static const struct decode_step numbers[] = {{"sint", NULL, 0}, {"errno", NULL, 0}};
static const struct decode_step calls[] = {{"syscall", NULL, 0}, {"hex", NULL, 0}};
static const struct decode_step text[] = {{"string", NULL, 0}};

static const struct {
	const struct decode_step *steps;
	size_t count;
} chains[] = {{ksym, 2}, {majorminor, 1}, {map, 2}, {map_alone, 1}, {numbers, 2}, {calls, 2},
	{text, 1}, {NULL, 0}};

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

	require(result == 0);
	decode_chain_prepare(chain, in, 1);
	for (int i = 0; i < 2; i++) {
		if (decode_chain_run(chain, in, &out, &arena, &err) == 0)
			check(&out);
		else
			require(err.text[0] != '\0');
	}
	decode_chain_free(chain);
	arena_fini(&arena);
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
		run(data[0] % ARRAY_SIZE(chains), &in);
	}
	if (fd >= 0)
		close(fd);
	free(key);
	return 0;
}
