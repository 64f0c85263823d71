/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/encode.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "otlp/encode_cache.h"
#include "otlp/encode_exponential.h"
#include "otlp/encode_piece.h"
#include "otlp/wire.h"

struct span {
	size_t offset, length;
};

struct encoder {
	struct encode_cache cache;
	struct buf headers;   /* the resource's and the scopes' bytes of the present snapshot */
	struct span resource; /* the field `resource` with its tag */
	struct span *scopes;  /* the field `scope` of each, with its tag */
	size_t scope_room;
	struct piece *pieces;
	size_t piece_count, piece_room;
};

struct encoder *encoder_new(void)
{
	struct encoder *encoder = calloc(1, sizeof(*encoder));

	if (encoder)
		buf_init(&encoder->headers, SIZE_MAX / 2);
	return encoder;
}

void encoder_free(struct encoder *encoder)
{
	if (!encoder)
		return;
	encode_cache_fini(&encoder->cache);
	buf_fini(&encoder->headers);
	free(encoder->scopes);
	free(encoder->pieces);
	free(encoder);
}

static struct span put_resource(struct buf *out, const struct resource *resource)
{
	struct span span = {.offset = out->length};
	size_t size;
	uint8_t *to;

	if (!resource)
		return span;
	size = attrs_encoded_size(resource->attrs, resource->attr_count);
	span.length = wire_field_size(size);
	to = buf_extend(out, span.length);
	if (to) {
		to = wire_put_header(to, WIRE_TAG(1, WIRE_BYTES), size);
		attrs_encode(to, WIRE_TAG(1, WIRE_BYTES), resource->attrs, resource->attr_count);
	}
	return span;
}

static struct span put_scope(struct buf *out, const struct scope *scope)
{
	size_t size = wire_string_size(scope->name) + wire_string_size(scope->version) +
		      attrs_encoded_size(scope->attrs, scope->attr_count);
	struct span span = {.offset = out->length, .length = wire_field_size(size)};
	uint8_t *to = buf_extend(out, span.length);

	if (to) {
		to = wire_put_header(to, WIRE_TAG(1, WIRE_BYTES), size);
		to = wire_put_string(to, WIRE_TAG(1, WIRE_BYTES), scope->name);
		to = wire_put_string(to, WIRE_TAG(2, WIRE_BYTES), scope->version);
		attrs_encode(to, WIRE_TAG(3, WIRE_BYTES), scope->attrs, scope->attr_count);
	}
	return span;
}

int encode_begin(
	struct encoder *encoder, struct encode_cursor *cursor, const struct snapshot *snapshot)
{
	*cursor = (struct encode_cursor){.snapshot = snapshot};
	if (snapshot->scope_count > encoder->scope_room) {
		struct span *scopes = reallocarray(
			encoder->scopes, snapshot->scope_count, sizeof(*scopes));

		if (!scopes)
			return -ENOMEM;
		encoder->scopes = scopes;
		encoder->scope_room = snapshot->scope_count;
	}
	buf_clear(&encoder->headers);
	encoder->resource = put_resource(&encoder->headers, snapshot->resource);
	for (size_t i = 0; i < snapshot->scope_count; i++)
		encoder->scopes[i] = put_scope(&encoder->headers, snapshot->scopes[i]);
	return encoder->headers.failed ? -ENOMEM : 0;
}

static struct piece *add_piece(struct encoder *encoder)
{
	if (encoder->piece_count == encoder->piece_room) {
		size_t room = encoder->piece_room ? 2 * encoder->piece_room : 16;
		struct piece *pieces = reallocarray(encoder->pieces, room, sizeof(*pieces));

		if (!pieces)
			return NULL;
		encoder->pieces = pieces;
		encoder->piece_room = room;
	}
	return &encoder->pieces[encoder->piece_count++];
}

/* What is planned so far. Lengths inside the request are counted as if each were as long as the
 * limit's. */
struct plan {
	size_t used, limit;
	size_t length_size; /* bytes that a length takes at most */
	size_t scope_index; /* of the newest piece; SIZE_MAX: none yet */
	struct encoded encoded;
};

/* 0 or -ENOMEM. */
static int attrs_length(struct encode_table *table, uint32_t series, uint32_t *length)
{
	if (!encode_attrs_known(table, series) && encode_attrs_fill(table, series))
		return -ENOMEM;
	encode_attrs(table, series, length);
	return 0;
}

/* Room that ENCODE_CHUNK points take from a first one on, all of which have a point. 0 or -ENOMEM.
 */
static int chunk_size(struct encode_table *table, uint32_t first, size_t fixed, size_t *result)
{
	uint32_t *known = &table->chunks[first / ENCODE_CHUNK], length;
	size_t size = 0;

	for (uint32_t i = first; !*known && i < first + ENCODE_CHUNK; i++) {
		if (attrs_length(table, i, &length))
			return -ENOMEM;
		size += wire_field_size(fixed + length);
	}
	*result = *known ? *known : size;
	if (*result <= UINT32_MAX)
		*known = (uint32_t)*result;
	return 0;
}

/* Whether series from `first` on can be planned as a chunk: all have a point, of which only the
 * attributes have a length of their own. */
static bool is_chunk(const struct metric *metric, uint32_t first, bool varies)
{
	uint64_t live = UINT64_MAX;

	if (varies || first % ENCODE_CHUNK || metric->series_count - first < ENCODE_CHUNK)
		return false;
	for (uint32_t i = 0; i < ENCODE_CHUNK / BITS_WORD; i++)
		live &= metric->live[first / BITS_WORD + i];
	return live == UINT64_MAX;
}

/*
 * Series of one metric from `*first` on that fit behind `overhead` bytes of headers. Leaves
 * `*first` behind the last series that was taken or passed over: the metric is finished if that is
 * its end.
 */
static int plan_metric(struct plan *plan, const struct metric *metric, struct encode_table *table,
	size_t overhead, uint32_t *first, struct piece *piece)
{
	bool varies = metric_form(metric) == INSTRUMENT_EXPONENTIAL_HISTOGRAM;
	size_t fixed = piece_point_size(metric);
	size_t room = plan->used + overhead > plan->limit ? 0 : plan->limit - plan->used - overhead;
	uint32_t i, length;

	*piece = (struct piece){.metric = metric, .first = *first};
	for (i = series_next_live(metric, *first); i < metric->series_count;
		i = series_next_live(metric, i + 1)) {
		struct exponential exponential;
		size_t size;

		if (is_chunk(metric, i, varies)) {
			if (chunk_size(table, i, fixed, &size))
				return -ENOMEM;
			if (size <= room - piece->points_size) {
				piece->points_size += size;
				plan->encoded.points += ENCODE_CHUNK;
				i += ENCODE_CHUNK - 1;
				continue;
			}
		}
		if (attrs_length(table, i, &length))
			return -ENOMEM;
		size = fixed + length;
		if (varies)
			size += exponential_point_size(
				series_exponential(metric, &metric->series[i], &exponential));
		size = wire_field_size(size);
		if (size > room - piece->points_size) {
			if (plan->encoded.points)
				break;
			/* Nothing is before it, it will never fit. */
			plan->encoded.too_large++;
			piece->first = i + 1;
			continue;
		}
		piece->points_size += size;
		plan->encoded.points++;
	}
	piece->end = i;
	*first = i;
	return 0;
}

/* One metric at the cursor. 0 to go on, 1 if the request is full, -ENOMEM. */
static int plan_step(struct encoder *encoder, struct encode_cursor *cursor, struct plan *plan)
{
	const struct metric *metric =
		cursor->snapshot->scopes[cursor->scope]->metrics[cursor->metric];
	struct encode_table *table = encode_cache_table(&encoder->cache, metric);
	size_t overhead = piece_header_size(metric) + piece_trailer_size(metric) +
			  2 * (1 + plan->length_size);
	struct piece piece, *added;

	if (!table)
		return -ENOMEM;
	if (cursor->scope != plan->scope_index)
		overhead += encoder->scopes[cursor->scope].length + 1 + plan->length_size;
	if (plan_metric(plan, metric, table, overhead, &cursor->series, &piece))
		return -ENOMEM;
	if (piece.points_size) {
		added = add_piece(encoder);
		if (!added)
			return -ENOMEM;
		*added = piece;
		added->scope_index = cursor->scope;
		if (encoder->piece_count == 1)
			plan->encoded.first = (struct snapshot_place){
				.scope = cursor->scope,
				.metric = cursor->metric,
				.series = piece.first,
			};
		plan->scope_index = cursor->scope;
		plan->used += overhead + piece.points_size;
	}
	return cursor->series < metric->series_count;
}

static int plan_request(struct encoder *encoder, struct encode_cursor *cursor, struct plan *plan)
{
	const struct snapshot *snapshot = cursor->snapshot;
	int ret;

	encoder->piece_count = 0;
	for (; cursor->scope < snapshot->scope_count; cursor->scope++) {
		const struct scope *scope = snapshot->scopes[cursor->scope];

		for (; cursor->metric < scope->metric_count; cursor->metric++) {
			ret = plan_step(encoder, cursor, plan);
			if (ret)
				return ret < 0 ? ret : 0;
			cursor->series = 0;
		}
		cursor->metric = 0;
	}
	return 0;
}

/* The exact sizes, from the inside out. Returns that of ResourceMetrics. */
static size_t size_pieces(struct encoder *encoder, const struct resource *resource)
{
	size_t size = encoder->resource.length +
		      wire_string_size(resource ? resource->schema_url : NULL);
	struct piece *head = NULL;

	for (size_t i = 0; i < encoder->piece_count; i++) {
		struct piece *piece = &encoder->pieces[i];

		piece->data_size = piece->points_size + piece_trailer_size(piece->metric);
		piece->metric_size = piece_header_size(piece->metric) +
				     wire_field_size(piece->data_size);
		if (!head || head->scope_index != piece->scope_index) {
			size += head ? wire_field_size(head->scope_size) : 0;
			head = piece;
			head->scope_size = encoder->scopes[piece->scope_index].length;
		}
		head->scope_size += wire_field_size(piece->metric_size);
	}
	return size + (head ? wire_field_size(head->scope_size) : 0);
}

static uint8_t *put_request(uint8_t *to, const struct encoder *encoder,
	const struct snapshot *snapshot, size_t resource_size)
{
	const uint8_t *headers = encoder->headers.data;

	to = wire_put_header(to, WIRE_TAG(1, WIRE_BYTES), resource_size);
	to = wire_put_bytes(to, headers + encoder->resource.offset, encoder->resource.length);
	for (size_t i = 0; i < encoder->piece_count; i++) {
		const struct piece *piece = &encoder->pieces[i];

		if (piece->scope_size) {
			const struct span *scope = &encoder->scopes[piece->scope_index];

			to = wire_put_header(to, WIRE_TAG(2, WIRE_BYTES), piece->scope_size);
			to = wire_put_bytes(to, headers + scope->offset, scope->length);
		}
		to = piece_write(
			to, piece, &encoder->cache.tables[piece->metric->index], snapshot->time);
	}
	if (snapshot->resource)
		to = wire_put_string(to, WIRE_TAG(3, WIRE_BYTES), snapshot->resource->schema_url);
	return to;
}

int encode_next(struct encoder *encoder, struct encode_cursor *cursor, size_t limit,
	struct buf *out, struct encoded *encoded)
{
	const struct snapshot *snapshot = cursor->snapshot;
	const struct resource *resource = snapshot->resource;
	struct encode_cursor next = *cursor;
	struct plan plan = {.limit = limit, .scope_index = SIZE_MAX};
	size_t resource_size, size;
	uint8_t *to;

	*encoded = (struct encoded){0};
	plan.length_size = wire_varint_size(limit);
	plan.used = 1 + plan.length_size + encoder->resource.length +
		    wire_string_size(resource ? resource->schema_url : NULL);
	buf_clear(out);
	if (plan_request(encoder, &next, &plan))
		return -ENOMEM;
	if (plan.encoded.points) {
		resource_size = size_pieces(encoder, resource);
		size = wire_field_size(resource_size);
		assert(size <= limit);
		to = buf_extend(out, size);
		if (!to)
			return -ENOMEM;
		to = put_request(to, encoder, snapshot, resource_size);
		assert(to == out->data + size);
	}
	*encoded = plan.encoded;
	*cursor = next;
	return 0;
}

uint64_t encode_skip_rest(struct encode_cursor *cursor)
{
	const struct snapshot *snapshot = cursor->snapshot;
	uint64_t points = 0;

	for (; cursor->scope < snapshot->scope_count; cursor->scope++) {
		const struct scope *scope = snapshot->scopes[cursor->scope];

		for (; cursor->metric < scope->metric_count; cursor->metric++) {
			const struct metric *metric = scope->metrics[cursor->metric];

			for (; cursor->series < metric->series_count; cursor->series++)
				points += series_is_live(metric, cursor->series);
			cursor->series = 0;
		}
		cursor->metric = 0;
	}
	return points;
}
