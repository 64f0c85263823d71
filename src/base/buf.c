/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t limit)
{
	*buf = (struct buf){.limit = limit};
}

void buf_fini(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){.limit = buf->limit};
}

void buf_clear(struct buf *buf)
{
	buf->length = 0;
	buf->failed = false;
}

static bool reserve(struct buf *buf, size_t size)
{
	size_t capacity = buf->capacity ? buf->capacity : 256;
	uint8_t *data;

	if (buf->failed || size > buf->limit - buf->length)
		return false;
	if (size <= buf->capacity - buf->length)
		return true;
	while (capacity - buf->length < size)
		capacity *= 2;
	if (capacity > buf->limit)
		capacity = buf->limit;
	data = realloc(buf->data, capacity);
	if (!data)
		return false;
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

uint8_t *buf_extend(struct buf *buf, size_t size)
{
	uint8_t *end;

	if (!reserve(buf, size)) {
		buf->failed = true;
		return NULL;
	}
	end = buf->data + buf->length;
	buf->length += size;
	return end;
}

void buf_put(struct buf *buf, const void *bytes, size_t size)
{
	uint8_t *end;

	if (!size)
		return;
	end = buf_extend(buf, size);
	if (end)
		memcpy(end, bytes, size);
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_put(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
	buf_put(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	/* vsnprintf writes a terminating NUL that does not belong to the contents. */
	if (n >= 0 && reserve(buf, (size_t)n + 1)) {
		vsnprintf((char *)buf->data + buf->length, (size_t)n + 1, format, again);
		buf->length += (size_t)n;
	} else {
		buf->failed = true;
	}
	va_end(again);
}
