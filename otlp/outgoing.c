/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/outgoing.h"

#include <errno.h>

enum {
	/* Buffers up to this size are kept between exports. */
	KEPT_BUFFER_BYTES = 256 << 10,
	/* Above what one point and its resource take at most, as attributes are bounded. */
	SMALLEST_LIMIT = 64 << 10,
};

int outgoing_init(struct outgoing *outgoing, size_t limit, bool gzip, struct err *err)
{
	*outgoing = (struct outgoing){.limit = limit};
	buf_init(&outgoing->plain, limit);
	buf_init(&outgoing->packed, gzip_bound(limit));
	outgoing->encoder = encoder_new();
	if (gzip)
		outgoing->gzip = gzip_new();
	if (!outgoing->encoder || (gzip && !outgoing->gzip))
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

void outgoing_fini(struct outgoing *outgoing)
{
	encoder_free(outgoing->encoder);
	gzip_free(outgoing->gzip);
	buf_fini(&outgoing->plain);
	buf_fini(&outgoing->packed);
}

int outgoing_begin(struct outgoing *outgoing, const struct snapshot *snapshot)
{
	outgoing->is_given = false;
	outgoing->given = 0;
	return encode_begin(outgoing->encoder, &outgoing->cursor, snapshot);
}

int outgoing_give(struct outgoing *outgoing, const void *bytes, size_t length, uint64_t points)
{
	static const struct snapshot nothing;

	outgoing->cursor = (struct encode_cursor){.snapshot = &nothing};
	outgoing->given = points;
	outgoing->is_given = false;
	buf_clear(&outgoing->plain);
	buf_put(&outgoing->plain, bytes, length);
	return outgoing->plain.failed ? -ENOMEM : 0;
}

/* The request that was given, once; then none. */
static int next_given(struct outgoing *outgoing)
{
	outgoing->is_given = true;
	outgoing->encoded = (struct encoded){.points = outgoing->given};
	outgoing->given = 0;
	return 0;
}

static int next_plain(struct outgoing *outgoing)
{
	if (outgoing->given || outgoing->is_given)
		return next_given(outgoing);
	return encode_next(outgoing->encoder, &outgoing->cursor, outgoing->limit, &outgoing->plain,
		&outgoing->encoded);
}

int outgoing_next(struct outgoing *outgoing)
{
	int ret = next_plain(outgoing);

	if (ret || !outgoing->encoded.points || !outgoing->gzip)
		return ret;
	return gzip_compress(
		outgoing->gzip, outgoing->plain.data, outgoing->plain.length, &outgoing->packed);
}

bool outgoing_split(struct outgoing *outgoing)
{
	const struct snapshot_place *first = &outgoing->encoded.first;
	size_t half = outgoing->plain.length / 2;

	if (outgoing->is_given || outgoing->encoded.points < 2 || half < SMALLEST_LIMIT)
		return false;
	outgoing->limit = half;
	outgoing->cursor.scope = first->scope;
	outgoing->cursor.metric = first->metric;
	outgoing->cursor.series = first->series;
	return true;
}

const struct buf *outgoing_body(const struct outgoing *outgoing)
{
	return outgoing->gzip ? &outgoing->packed : &outgoing->plain;
}

static void release(struct buf *buf)
{
	if (buf->capacity > KEPT_BUFFER_BYTES)
		buf_fini(buf);
}

void outgoing_release(struct outgoing *outgoing)
{
	release(&outgoing->plain);
	release(&outgoing->packed);
}
