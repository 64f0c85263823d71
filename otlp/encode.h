/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshot -> bytes of ExportMetricsServiceRequest (OTLP 1.11, metrics/v1), as many requests as the
 * size limit asks for. A request is planned first, which gives every length, then written straight
 * into its buffer; the attributes of a known series are copied as bytes.
 */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "model/model.h"

#include <stddef.h>
#include <stdint.h>

struct encoder;

/* Serves the snapshots of one model. NULL when out of memory. */
struct encoder *encoder_new(void);
void encoder_free(struct encoder *encoder); /* accepts NULL */

/* The next series to be encoded. */
struct encode_cursor {
	const struct snapshot *snapshot;
	size_t scope;
	size_t metric; /* in the scope */
	uint32_t series;
};

/* Go to the first series of the snapshot, which must stay unchanged while the cursor is used. 0 or
 * -ENOMEM. */
int encode_begin(struct encoder *encoder, struct encode_cursor *cursor,
	const struct snapshot *snapshot) MUST_CHECK;

struct encoded {
	uint64_t points;    /* in the request; 0: nothing is left and there is no request */
	uint64_t too_large; /* points passed over because one of them alone exceeds the limit; all
			     * of them come before `first` */
	struct snapshot_place first; /* series in the request, if it has points; the last one is
				      * before the cursor */
};

/*
 * Write the next request over the contents of `out`: at most `limit` bytes (it may stay up to 20
 * bytes below what would fit). 0, or -ENOMEM, also if `out` has a smaller limit; the cursor has
 * then not moved.
 */
int encode_next(struct encoder *encoder, struct encode_cursor *cursor, size_t limit,
	struct buf *out, struct encoded *encoded) MUST_CHECK;

/* Points that are left; the cursor then stands at the end. */
uint64_t encode_skip_rest(struct encode_cursor *cursor);
