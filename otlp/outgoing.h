/* SPDX-License-Identifier: Apache-2.0 */
/* One request after the other out of a snapshot: its bytes, and which points they carry. */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "otlp/encode.h"
#include "otlp/gzip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `encoded` and `cursor` may be read by others. */
struct outgoing {
	struct encoder *encoder;
	struct gzip *gzip;	     /* NULL: not compressed */
	size_t limit;		     /* bytes before compression */
	struct encode_cursor cursor; /* behind the present request */
	struct encoded encoded;	     /* the present request */
	struct buf plain, packed;
	uint64_t given; /* points of a request that is there already; 0: none */
	bool is_given;	/* it is the present one */
};

int outgoing_init(struct outgoing *outgoing, size_t limit, bool gzip, struct err *err) MUST_CHECK;
void outgoing_fini(struct outgoing *outgoing); /* accepts a zeroed one */

/* From now on requests come from this snapshot, which must stay unchanged. 0 or -ENOMEM. */
int outgoing_begin(struct outgoing *outgoing, const struct snapshot *snapshot) MUST_CHECK;

/* The only request is this one. 0 or -ENOMEM, also if it is larger than requests may be. */
int outgoing_give(
	struct outgoing *outgoing, const void *bytes, size_t length, uint64_t points) MUST_CHECK;

/* Make the next request; `encoded` says what is in it, nothing at the end. 0 or -ENOMEM. */
int outgoing_next(struct outgoing *outgoing) MUST_CHECK;

/*
 * The receiver finds the present request too large: make smaller ones from now on, this one's
 * points included, which come again with the next outgoing_next. False if it cannot be divided, or
 * is smaller than what every receiver should take.
 */
bool outgoing_split(struct outgoing *outgoing);

const struct buf *outgoing_body(const struct outgoing *outgoing);
/* Give back large buffers: the request is not needed any more. */
void outgoing_release(struct outgoing *outgoing);
