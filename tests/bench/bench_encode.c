/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoding a million number points whose series are known, against memcpy of the same bytes in the
 * same run: both write request after request over one buffer. The budget is a ratio of 2; the best
 * of several rounds counts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "otlp/encode.h"

enum {
	SERIES = 1000000,
	ROUNDS = 7,
};

struct bench {
	struct model *model;
	const struct snapshot *snapshot;
	struct encoder *encoder;
	struct buf request;
	uint8_t *all; /* every request, one behind the other */
	size_t length;
	size_t *lengths;
	size_t count;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_encode: %s\n", what);
	exit(1);
}

static void make_snapshot(struct bench *bench, const struct resource *resource)
{
	struct scope *scope;
	struct metric *metric;
	struct err err;

	bench->model = model_new(resource);
	scope = model_add_scope(bench->model, "bench", "1", 1700000000000000000);
	metric = scope_add_metric(scope,
		&(struct metric_desc){.name = "bench.requests",
			.unit = "{request}",
			.description = "Requests",
			.instrument = INSTRUMENT_COUNTER,
			.max_series = SERIES},
		&err);
	if (!metric)
		die(err.text);
	model_begin(bench->model, 1700000060000000000);
	for (uint32_t i = 0; i < SERIES; i++) {
		char name[32];
		struct attr attrs[3];

		snprintf(name, sizeof(name), "process-%07" PRIu32, i);
		attrs[0] = attr_string("process.name", name);
		attrs[1] = attr_int("process.pid", i);
		attrs[2] = attr_string("network.interface.name", "eth0");
		metric_add(metric, metric_find_series(metric, attrs, 3), i * UINT64_C(1000));
	}
	bench->snapshot = model_end(bench->model);
}

/* Returns ns; keeps the bytes if `keep`. */
static uint64_t encode_all(struct bench *bench, bool keep)
{
	uint64_t started = clock_monotonic_ns();
	struct encode_cursor cursor;
	struct encoded encoded;

	if (encode_begin(bench->encoder, &cursor, bench->snapshot))
		die("out of memory");
	for (;;) {
		if (encode_next(bench->encoder, &cursor, LIMIT_REQUEST_BYTES, &bench->request,
			    &encoded))
			die("out of memory");
		if (!encoded.points)
			return clock_monotonic_ns() - started;
		if (!keep)
			continue;
		bench->all = realloc(bench->all, bench->length + bench->request.length);
		bench->lengths = realloc(bench->lengths, (bench->count + 1) * sizeof(size_t));
		if (!bench->all || !bench->lengths)
			die("out of memory");
		memcpy(bench->all + bench->length, bench->request.data, bench->request.length);
		bench->length += bench->request.length;
		bench->lengths[bench->count++] = bench->request.length;
	}
}

static uint64_t copy_all(struct bench *bench)
{
	uint64_t started = clock_monotonic_ns();
	const uint8_t *from = bench->all;

	for (size_t i = 0; i < bench->count; i++) {
		memcpy(bench->request.data, from, bench->lengths[i]);
		/* The copy must not be left out. */
		__asm__ volatile("" : : "r"(bench->request.data) : "memory");
		from += bench->lengths[i];
	}
	return clock_monotonic_ns() - started;
}

int main(void)
{
	const struct resource resource = {.schema_url = ""};
	struct bench bench = {.encoder = encoder_new()};
	uint64_t first, encode = UINT64_MAX, copy = UINT64_MAX;

	if (!bench.encoder)
		die("out of memory");
	buf_init(&bench.request, LIMIT_REQUEST_BYTES);
	make_snapshot(&bench, &resource);
	first = encode_all(&bench, true);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t e = encode_all(&bench, false), c = copy_all(&bench);

		encode = e < encode ? e : encode;
		copy = c < copy ? c : copy;
	}
	printf("points %d, bytes per point %.1f, requests %zu\n", SERIES,
		(double)bench.length / SERIES, bench.count);
	printf("first encoding (attributes made) %.1f ns per point\n", (double)first / SERIES);
	printf("encode %.2f ns per point, memcpy %.2f ns per point, ratio %.2f\n",
		(double)encode / SERIES, (double)copy / SERIES, (double)encode / (double)copy);
	free(bench.all);
	free(bench.lengths);
	buf_fini(&bench.request);
	encoder_free(bench.encoder);
	model_free(bench.model);
	return 0;
}
