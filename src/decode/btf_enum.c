/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/btf_enum.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/btf.h>

#include "base/limits.h"

enum {
	KIND_DECL_TAG = 17,
	KIND_TYPE_TAG = 18,
	KIND_ENUM64 = 19,
	NAME_BYTES = 256,
	WINDOW = 16 << 10,
};

struct file {
	const char *path;
	int fd;
	uint64_t size;
	uint64_t types, types_end, strings, strings_end; /* offsets in the file */
	uint64_t at;					 /* what the window holds */
	size_t length;
	unsigned char window[WINDOW];
	struct err *err;
};

/* An enum's place, or 0 for none. */
struct place {
	uint64_t at;
	uint32_t info, size;
};

static int damaged(const struct file *file)
{
	return err_set(file->err, -EINVAL,
		"%s is not BTF of this machine's byte order, or is damaged", file->path);
}

/* These bytes of the file, valid until the next call; NULL (with err) if they are not there. */
static const unsigned char *bytes_at(struct file *file, uint64_t at, size_t size)
{
	ssize_t n;

	if (at >= file->at && at - file->at <= file->length &&
		size <= file->length - (at - file->at))
		return file->window + (at - file->at);
	file->at = at;
	file->length = 0;
	while (file->length < size) {
		n = pread(file->fd, file->window + file->length, WINDOW - file->length,
			(off_t)(at + file->length));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err_set(file->err, 0, "%s cannot be read: %s", file->path,
				n ? strerror(errno) : "it ends too early");
			return NULL;
		}
		file->length += (size_t)n;
	}
	return file->window;
}

static uint32_t word_at(const unsigned char *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

static int read_header(struct file *file)
{
	const unsigned char *bytes = bytes_at(file, 0, sizeof(struct btf_header));
	struct btf_header header;
	uint64_t room;

	if (!bytes)
		return -EINVAL;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION ||
		header.hdr_len < sizeof(header) || header.hdr_len > file->size)
		return damaged(file);
	room = file->size - header.hdr_len;
	if (header.type_off > room || header.type_len > room - header.type_off ||
		header.str_off > room || header.str_len > room - header.str_off)
		return damaged(file);
	file->types = header.hdr_len + (uint64_t)header.type_off;
	file->types_end = file->types + header.type_len;
	file->strings = header.hdr_len + (uint64_t)header.str_off;
	file->strings_end = file->strings + header.str_len;
	return 0;
}

/* *offset of the string that is exactly `name`; 0 if there is none. */
static int find_string(struct file *file, const char *name, uint32_t *offset)
{
	size_t length = strlen(name) + 1, matched = 0;
	bool same = true; /* so far, in the string that is looked at now */

	*offset = 0;
	for (uint64_t at = file->strings; at < file->strings_end;) {
		uint64_t left = file->strings_end - at;
		size_t size = left < WINDOW / 2 ? (size_t)left : WINDOW / 2;
		const unsigned char *bytes = bytes_at(file, at, size);

		if (!bytes)
			return -EINVAL;
		for (size_t i = 0; i < size; i++) {
			same = same && matched < length && bytes[i] == (unsigned char)name[matched];
			matched++;
			if (bytes[i])
				continue;
			if (same && matched == length) {
				*offset = (uint32_t)(at + i + 1 - length - file->strings);
				return 0;
			}
			same = true;
			matched = 0;
		}
		at += size;
	}
	return 0;
}

/* Bytes behind struct btf_type (Documentation/bpf/btf.rst, section 2.2); -1: no such kind. */
static int64_t tail_size(uint32_t info)
{
	int64_t count = BTF_INFO_VLEN(info);

	switch (BTF_INFO_KIND(info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return 12;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case KIND_ENUM64:
		return 12 * count;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return 8 * count;
	case BTF_KIND_UNKN:
		return -1;
	default:
		return BTF_INFO_KIND(info) < KIND_ENUM64 ? 0 : -1;
	}
}

static bool is_enum(uint32_t info)
{
	return (BTF_INFO_KIND(info) == BTF_KIND_ENUM || BTF_INFO_KIND(info) == KIND_ENUM64) &&
	       BTF_INFO_VLEN(info);
}

static size_t enumerator_size(uint32_t info)
{
	return BTF_INFO_KIND(info) == KIND_ENUM64 ? 12 : 8;
}

/* 1 if one of the enumerators has this name, 0, or -EINVAL. */
static int has_enumerator(struct file *file, const struct place *place, uint32_t name)
{
	size_t size = enumerator_size(place->info);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(place->info); i++) {
		const unsigned char *bytes = bytes_at(file, place->at + i * size, size);

		if (!bytes)
			return -EINVAL;
		if (word_at(bytes) == name)
			return 1;
	}
	return 0;
}

static int find_enum(struct file *file, uint32_t name, struct place *found)
{
	for (uint64_t at = file->types; at < file->types_end;) {
		const unsigned char *bytes = bytes_at(file, at, sizeof(struct btf_type));
		struct btf_type type;
		struct place place;
		int64_t tail;
		int result;

		if (!bytes)
			return -EINVAL;
		memcpy(&type, bytes, sizeof(type));
		tail = tail_size(type.info);
		at += sizeof(type);
		if (tail < 0 || (uint64_t)tail > file->types_end - at)
			return damaged(file);
		place = (struct place){at, type.info, type.size};
		at += (uint64_t)tail;
		if (!is_enum(type.info))
			continue;
		if (type.name_off == name) {
			*found = place;
			return 0;
		}
		result = found->at ? 0 : has_enumerator(file, &place, name);
		if (result < 0)
			return result;
		if (result)
			*found = place;
	}
	return 0;
}

static uint64_t enumerator_value(const struct place *place, const unsigned char *bytes)
{
	uint32_t low = word_at(bytes + 4);

	if (BTF_INFO_KIND(place->info) == KIND_ENUM64)
		return low | (uint64_t)word_at(bytes + 8) << 32;
	return BTF_INFO_KFLAG(place->info) ? (uint64_t)(int32_t)low : low;
}

static const char *read_name(struct file *file, uint32_t offset, struct arena *arena, int *code)
{
	uint64_t at = file->strings + offset;
	size_t size = NAME_BYTES, length;
	const unsigned char *bytes;
	const char *name;

	*code = -EINVAL;
	if (at >= file->strings_end) {
		damaged(file);
		return NULL;
	}
	if (size > file->strings_end - at)
		size = (size_t)(file->strings_end - at);
	bytes = bytes_at(file, at, size);
	if (!bytes)
		return NULL;
	length = strnlen((const char *)bytes, size);
	name = arena_strndup(arena, (const char *)bytes, length);
	*code = name ? 0 : err_set(file->err, -ENOMEM, "out of memory");
	return name;
}

static int read_enum(struct file *file, const struct place *place, struct arena *arena,
	struct kernel_enum *result)
{
	size_t count = BTF_INFO_VLEN(place->info), size = enumerator_size(place->info);
	struct kernel_enumerator *enumerators;
	int code = 0;

	if (count > LIMIT_ENUM_NAMES || !place->size || place->size > sizeof(uint64_t))
		return err_set(file->err, -EINVAL,
			"the enum has %zu names and %u bytes, expected at most %d and 8", count,
			place->size, LIMIT_ENUM_NAMES);
	enumerators = arena_alloc(arena, count * sizeof(*enumerators));
	if (!enumerators)
		return err_set(file->err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count && !code; i++) {
		const unsigned char *bytes = bytes_at(file, place->at + i * size, size);

		if (!bytes)
			return -EINVAL;
		enumerators[i].value = enumerator_value(place, bytes);
		enumerators[i].name = read_name(file, word_at(bytes), arena, &code);
	}
	*result = (struct kernel_enum){enumerators, count, place->size};
	return code;
}

static int read_file(
	struct file *file, const char *name, struct arena *arena, struct kernel_enum *result)
{
	struct place place = {0};
	uint32_t offset = 0;
	int code;

	code = read_header(file);
	if (!code)
		code = find_string(file, name, &offset);
	if (!code && offset)
		code = find_enum(file, offset, &place);
	if (code)
		return code;
	if (!place.at)
		return err_set(file->err, -ENOENT,
			"%s has no enum '%.60s', and none with an enumerator of this name",
			file->path, name);
	return read_enum(file, &place, arena, result);
}

int btf_enum_read(const char *path, const char *name, struct arena *arena,
	struct kernel_enum *result, struct err *err)
{
	struct file file = {.path = path, .err = err};
	struct stat stat;
	int code;

	file.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file.fd < 0 || fstat(file.fd, &stat)) {
		code = err_set(err, -errno, "%s cannot be read: %s", path, strerror(errno));
	} else {
		file.size = (uint64_t)stat.st_size;
		code = read_file(&file, name, arena, result);
	}
	if (file.fd >= 0)
		close(file.fd);
	return code;
}
