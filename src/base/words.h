/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and bytes in host byte order, one after the other: for another process of this machine.
 * Readers have a sticky failure: read straight on, ask `failed` at the end; numbers are 0 then.
 */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void put32(struct buf *out, uint32_t value)
{
	buf_put(out, &value, sizeof(value));
}

static inline void put64(struct buf *out, uint64_t value)
{
	buf_put(out, &value, sizeof(value));
}

struct input {
	const uint8_t *at, *end;
	bool failed;
};

/* The next `size` bytes, where they lie; NULL if there are not so many. */
static inline const void *take_bytes(struct input *in, size_t size)
{
	const uint8_t *at = in->at;

	if (in->failed || (size_t)(in->end - in->at) < size) {
		in->failed = true;
		return NULL;
	}
	in->at += size;
	return at;
}

/* Zeros after a failure. */
static inline void get_bytes(struct input *in, void *to, size_t size)
{
	const void *from = take_bytes(in, size);

	if (from)
		memcpy(to, from, size);
	else
		memset(to, 0, size);
}

static inline uint32_t get32(struct input *in)
{
	uint32_t value;

	get_bytes(in, &value, sizeof(value));
	return value;
}

static inline uint64_t get64(struct input *in)
{
	uint64_t value;

	get_bytes(in, &value, sizeof(value));
	return value;
}
