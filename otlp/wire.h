/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the Protocol Buffers wire format. Sizes are known before anything is written, so every
 * function takes the place to write to, which has room, and returns the place behind what it wrote.
 */
#pragma once

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
};

/* Of fields 1 to 15, which is all that OTLP metrics use: one byte. */
#define WIRE_TAG(field, type) ((uint8_t)((field) << 3 | (type)))

static inline size_t wire_varint_size(uint64_t value)
{
	unsigned int bits = 64 - (unsigned int)__builtin_clzll(value | 1);

	return (bits + 6) / 7;
}

static inline uint8_t *wire_put_varint(uint8_t *to, uint64_t value)
{
	while (value >= 0x80) {
		*to++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*to++ = (uint8_t)value;
	return to;
}

/* Tag, length and `size` bytes of contents. */
static inline size_t wire_field_size(size_t size)
{
	return 1 + wire_varint_size(size) + size;
}

static inline uint8_t *wire_put_header(uint8_t *to, uint8_t tag, size_t size)
{
	*to++ = tag;
	return wire_put_varint(to, size);
}

static inline uint8_t *wire_put_bytes(uint8_t *to, const void *bytes, size_t size)
{
	if (size)
		memcpy(to, bytes, size);
	return to + size;
}

static inline uint8_t *wire_put_field(uint8_t *to, uint8_t tag, const void *bytes, size_t size)
{
	return wire_put_bytes(wire_put_header(to, tag, size), bytes, size);
}

/* A string field that is left out if it is NULL or empty, as proto3 has it. */
static inline size_t wire_string_size(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	return length ? wire_field_size(length) : 0;
}

static inline uint8_t *wire_put_string(uint8_t *to, uint8_t tag, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	return length ? wire_put_field(to, tag, text, length) : to;
}

static inline uint8_t *wire_put_fixed64(uint8_t *to, uint8_t tag, uint64_t value)
{
	uint64_t little = htole64(value);

	*to++ = tag;
	memcpy(to, &little, sizeof(little));
	return to + sizeof(little);
}

static inline uint8_t *wire_put_double(uint8_t *to, uint8_t tag, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return wire_put_fixed64(to, tag, bits);
}

/* A packed repeated field of `count` values of 8 bytes (uint64_t or double) in host byte order. */
static inline uint8_t *wire_put_packed64(uint8_t *to, uint8_t tag, const void *values, size_t count)
{
	to = wire_put_header(to, tag, count * sizeof(uint64_t));
#if __BYTE_ORDER == __LITTLE_ENDIAN
	return wire_put_bytes(to, values, count * sizeof(uint64_t));
#else
	for (size_t i = 0; i < count; i++) {
		uint64_t value;

		memcpy(&value, (const char *)values + i * sizeof(value), sizeof(value));
		value = htole64(value);
		memcpy(to, &value, sizeof(value));
		to += sizeof(value);
	}
	return to;
#endif
}
