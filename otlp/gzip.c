/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/gzip.h"

#include <errno.h>
#include <stdlib.h>

#include <zlib.h>

enum {
	WINDOW_BITS = 15,
	GZIP_WRAPPER = 16, /* added to the window bits: gzip header and trailer instead of zlib's */
	MEMORY_LEVEL = 8,
	CHUNK_BYTES = 64 << 10,
};

struct gzip {
	z_stream stream;
};

struct gzip *gzip_new(void)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	/* Points repeat each other so much that higher levels cost time and gain little. */
	if (gzip && deflateInit2(&gzip->stream, Z_BEST_SPEED, Z_DEFLATED,
			    WINDOW_BITS + GZIP_WRAPPER, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(gzip);
		return NULL;
	}
	return gzip;
}

void gzip_free(struct gzip *gzip)
{
	if (!gzip)
		return;
	deflateEnd(&gzip->stream);
	free(gzip);
}

int gzip_compress(struct gzip *gzip, const void *bytes, size_t length, struct buf *out)
{
	z_stream *stream = &gzip->stream;
	const Bytef *next = bytes;
	int ret = Z_OK;

	buf_clear(out);
	deflateReset(stream);
	stream->avail_in = 0;
	while (ret != Z_STREAM_END) {
		size_t room = out->limit - out->length;

		if (!stream->avail_in && length) {
			stream->next_in = (Bytef *)next;
			stream->avail_in = length > CHUNK_BYTES ? CHUNK_BYTES : (uInt)length;
			next += stream->avail_in;
			length -= stream->avail_in;
		}
		if (room > CHUNK_BYTES)
			room = CHUNK_BYTES;
		stream->next_out = room ? buf_extend(out, room) : NULL;
		if (!stream->next_out)
			return -ENOMEM;
		stream->avail_out = (uInt)room;
		ret = deflate(stream, length ? Z_NO_FLUSH : Z_FINISH);
		out->length -= stream->avail_out;
		if (ret == Z_STREAM_ERROR)
			return -ENOMEM;
	}
	return 0;
}

size_t gzip_bound(size_t length)
{
	/* deflate stores what it cannot compress, at most 5 bytes for each block of 16 KiB (8 KiB
	 * at this memory level); header and trailer take 18. */
	return length + (length >> 10) + 1024;
}
