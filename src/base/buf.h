/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes with a ceiling. Errors are sticky: write straight down, ask `failed` at the end. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data;
	size_t length;
	size_t capacity;
	size_t limit; /* never holds more */
	bool failed;  /* something did not fit or could not be allocated; contents are incomplete */
};

void buf_init(struct buf *buf, size_t limit);
void buf_fini(struct buf *buf); /* accepts a zeroed buf; may be called twice */

/* Forget the contents and the failure, keep the memory. */
void buf_clear(struct buf *buf);

/* Room for `size` bytes at the end, counted as written; NULL (and failed) if that passes the limit.
 */
uint8_t *buf_extend(struct buf *buf, size_t size);
void buf_put(struct buf *buf, const void *bytes, size_t size);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
