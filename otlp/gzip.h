/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip (RFC 1952) for request bodies. Responses are inflated by libcurl on the way in, chunk by
 * chunk, so that the limit of http.c holds behind the decompression as well.
 */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"

#include <stddef.h>

struct gzip;

/* Holds zlib's state (some 260 KiB) between requests. NULL when out of memory. */
struct gzip *gzip_new(void);
void gzip_free(struct gzip *gzip); /* accepts NULL */

/* Write one gzip member over the contents of `out`. 0, or -ENOMEM, also if `out` has too small a
 * limit. */
int gzip_compress(struct gzip *gzip, const void *bytes, size_t length, struct buf *out) MUST_CHECK;

/* What `length` bytes may become at most. */
size_t gzip_bound(size_t length);
