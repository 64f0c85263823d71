/* SPDX-License-Identifier: Apache-2.0 */
#include "model/marks.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/words.h"
#include "model/delta.h"
#include "model/series.h"

enum {
	FLAG_LIVE = 1,
	FLAG_OVERFLOW = 2,
	FLAG_SAME_KEYS = 4, /* its attributes have the keys of the record before */
	FLAG_DELIVERED = 8,
};

/* Of what a double holds, at the highest scale. */
enum {
	OFFSET_MAX = 1 << 30,
	OFFSET_MIN = -1126170625,
};

static bool is_delta(const struct metric *metric)
{
	return metric->temporality == TEMPORALITY_DELTA;
}

static bool is_exponential(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM;
}

static bool is_histogram(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_HISTOGRAM;
}

/* With the NUL, so that it can be used where it lies. */
static void put_text(struct buf *out, const char *text, uint32_t length)
{
	put32(out, length);
	buf_put(out, text, length);
	buf_putc(out, '\0');
}

static bool same_keys(const struct series *a, const struct series *b)
{
	if (!a || a->attr_count != b->attr_count)
		return false;
	for (uint32_t i = 0; i < a->attr_count; i++) {
		if (strcmp(a->attrs[i].key, b->attrs[i].key) != 0)
			return false;
	}
	return true;
}

static void put_attributes(struct buf *out, const struct series *series, bool with_keys)
{
	put32(out, series->attr_count);
	for (uint32_t i = 0; i < series->attr_count; i++) {
		const struct attr *attr = &series->attrs[i];

		if (with_keys)
			put_text(out, attr->key, (uint32_t)strlen(attr->key));
		buf_putc(out, (char)attr->type);
		if (attr->type == ATTR_STRING)
			put_text(out, attr->string, attr->length);
		else
			put64(out,
				attr->type == ATTR_INT ? (uint64_t)attr->integer : attr->boolean);
	}
}

static void put_histogram(
	struct buf *out, const struct metric *metric, const struct histogram *histogram)
{
	put64(out, histogram->count);
	put64(out, histogram->sum);
	buf_put(out, histogram->buckets,
		((size_t)metric->desc.bound_count + 1) * sizeof(*histogram->buckets));
}

static void put_exponential(struct buf *out, const struct exponential *histogram)
{
	put32(out, (uint32_t)histogram->scale);
	put32(out, (uint32_t)histogram->offset);
	put32(out, histogram->bucket_count);
	put32(out, histogram->no_extremes);
	put64(out, histogram->count);
	put64(out, histogram->sum);
	put64(out, histogram->min);
	put64(out, histogram->max);
	put64(out, histogram->zero_count);
	buf_put(out, histogram->buckets, histogram->bucket_count * sizeof(*histogram->buckets));
}

/* What is to be delivered, and what the source had. */
static void put_delta(struct buf *out, const struct metric *metric, uint32_t number)
{
	const struct series *series = &metric->series[number];
	const struct series_state *state = &metric->state->series[number];

	if (is_histogram(metric)) {
		put_histogram(out, metric, &series->histogram);
		put_histogram(out, metric, &state->histogram[0]);
	} else if (is_exponential(metric)) {
		put_exponential(out, series->exponential);
		put_exponential(out, &state->exponential[0]);
	} else {
		put64(out, metric->numbers[number]);
		put64(out, metric->state->sources[number]);
		put64(out, state->retired);
	}
}

/* Enough to see that a count began anew. */
static void put_cumulative(struct buf *out, const struct metric *metric, uint32_t number)
{
	const struct series *series = &metric->series[number];
	const struct series_state *state = &metric->state->series[number];

	if (is_histogram(metric)) {
		put64(out, series->histogram.count);
	} else if (is_exponential(metric)) {
		put64(out, series->exponential->count);
	} else {
		put64(out, metric->numbers[number]);
		put64(out, metric->state->sources[number]);
		put64(out, state->retired);
	}
}

static void put_series(
	struct buf *out, const struct metric *metric, uint32_t number, const struct series *before)
{
	const struct series *series = &metric->series[number];
	bool same = same_keys(before, series);
	uint32_t flags = 0;

	flags |= series_is_live(metric, number) ? FLAG_LIVE : 0;
	flags |= number == metric->state->overflow ? FLAG_OVERFLOW : 0;
	flags |= same ? FLAG_SAME_KEYS : 0;
	flags |= bit_get(metric->state->delivered, number) ? FLAG_DELIVERED : 0;
	put32(out, number);
	put32(out, flags);
	put64(out, metric->starts[number]);
	put_attributes(out, series, !same);
	if (is_delta(metric))
		put_delta(out, metric, number);
	else
		put_cumulative(out, metric, number);
}

static void put_metric(struct buf *out, const struct metric *metric)
{
	const struct series *before = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < metric->series_count; i++)
		count += metric->series[i].attrs != NULL;
	put_text(out, metric->desc.name, (uint32_t)strlen(metric->desc.name));
	put32(out, metric->desc.instrument);
	put32(out, metric->temporality);
	put32(out, metric->desc.bound_count);
	put32(out, metric->desc.max_size);
	put32(out, count);
	for (uint32_t i = 0; i < metric->series_count && !out->failed; i++) {
		if (!metric->series[i].attrs)
			continue;
		put_series(out, metric, i, before);
		before = &metric->series[i];
	}
}

void marks_write(const struct scope *scope, struct buf *out)
{
	put32(out, (uint32_t)scope->metric_count);
	for (size_t i = 0; i < scope->metric_count && !out->failed; i++)
		put_metric(out, scope->metrics[i]);
}

/* "" after a failure. */
static const char *get_text(struct input *in, uint32_t limit, uint32_t *length)
{
	const char *text;

	*length = get32(in);
	text = *length <= limit ? take_bytes(in, (size_t)*length + 1) : NULL;
	if (!text || text[*length] || strlen(text) != *length) {
		in->failed = true;
		*length = 0;
		return "";
	}
	return text;
}

/* `attrs` has those of the record before. */
static void get_attributes(struct input *in, struct attr *attrs, uint32_t *count, bool same_keys)
{
	uint32_t had = *count, length;

	*count = get32(in);
	if (*count > LIMIT_ATTRIBUTES_PER_SERIES || (same_keys && *count != had)) {
		in->failed = true;
		*count = 0;
	}
	for (uint32_t i = 0; i < *count && !in->failed; i++) {
		uint8_t type;

		if (!same_keys)
			attrs[i].key = get_text(in, LIMIT_ATTRIBUTE_STRING, &length);
		if (i && strcmp(attrs[i - 1].key, attrs[i].key) >= 0)
			in->failed = true;
		get_bytes(in, &type, sizeof(type));
		attrs[i].type = (enum attr_type)type;
		if (type == ATTR_STRING)
			attrs[i].string = get_text(in, LIMIT_ATTRIBUTE_STRING, &attrs[i].length);
		else if (type == ATTR_INT)
			attrs[i].integer = (int64_t)get64(in);
		else if (type == ATTR_BOOL)
			attrs[i].boolean = get64(in) != 0;
		else
			in->failed = true;
	}
}

static void get_histogram(
	struct input *in, const struct metric *metric, struct histogram *histogram)
{
	histogram->count = get64(in);
	histogram->sum = get64(in);
	get_bytes(in, histogram->buckets,
		((size_t)metric->desc.bound_count + 1) * sizeof(*histogram->buckets));
}

static void get_exponential(
	struct input *in, const struct metric *metric, struct exponential *histogram)
{
	histogram->scale = (int32_t)get32(in);
	histogram->offset = (int32_t)get32(in);
	histogram->bucket_count = get32(in);
	histogram->no_extremes = get32(in) != 0;
	histogram->count = get64(in);
	histogram->sum = get64(in);
	histogram->min = get64(in);
	histogram->max = get64(in);
	histogram->zero_count = get64(in);
	if (histogram->bucket_count > metric->desc.max_size ||
		histogram->scale < EXPONENTIAL_SCALE_MIN ||
		histogram->scale > EXPONENTIAL_SCALE_MAX || histogram->offset < OFFSET_MIN ||
		histogram->offset > OFFSET_MAX) {
		in->failed = true;
		exponential_clear(histogram);
	}
	get_bytes(in, histogram->buckets, histogram->bucket_count * sizeof(*histogram->buckets));
}

static void get_state(struct input *in, struct metric *metric, uint32_t number)
{
	struct series *series = &metric->series[number];
	struct series_state *state = &metric->state->series[number];

	if (is_histogram(metric) && is_delta(metric)) {
		get_histogram(in, metric, &series->histogram);
		get_histogram(in, metric, &state->histogram[0]);
	} else if (is_histogram(metric)) {
		series->histogram.count = get64(in);
	} else if (is_exponential(metric) && is_delta(metric)) {
		get_exponential(in, metric, series->exponential);
		get_exponential(in, metric, &state->exponential[0]);
	} else if (is_exponential(metric)) {
		series->exponential->count = get64(in);
	} else {
		metric->numbers[number] = get64(in);
		metric->state->sources[number] = get64(in);
		state->retired = get64(in);
		if (state->retired || (!is_delta(metric) && metric->state->sources[number]))
			metric->state->has_retired = true;
	}
}

static int get_series(
	struct input *in, struct metric *metric, struct attr *attrs, uint32_t *attr_count)
{
	uint64_t time = metric->scope->created;
	uint32_t number = get32(in), flags = get32(in);
	uint64_t start = get64(in);

	get_attributes(in, attrs, attr_count, flags & FLAG_SAME_KEYS);
	if (in->failed)
		return -EINVAL;
	if (!series_restore(metric, number, attrs, *attr_count, start, flags & FLAG_OVERFLOW))
		return number > metric->desc.max_series ? -EINVAL : -ENOMEM;
	get_state(in, metric, number);
	bit_put(metric->live, number, flags & FLAG_LIVE);
	if (flags & FLAG_DELIVERED)
		delta_settle(metric, number, number + 1, time);
	return in->failed ? -EINVAL : 0;
}

static int get_metric(struct input *in, struct metric *metric)
{
	struct attr attrs[LIMIT_ATTRIBUTES_PER_SERIES];
	uint32_t length, count, attr_count = 0;
	const char *name = get_text(in, LIMIT_METRIC_NAME, &length);
	int result = 0;

	if (strcmp(name, metric->desc.name) != 0 ||
		get32(in) != (uint32_t)metric->desc.instrument ||
		get32(in) != (uint32_t)metric->temporality ||
		get32(in) != metric->desc.bound_count || get32(in) != metric->desc.max_size)
		return -EINVAL;
	count = get32(in);
	for (uint32_t i = 0; i < count && !result; i++)
		result = get_series(in, metric, attrs, &attr_count);
	return result;
}

int marks_read(struct scope *scope, const void *bytes, size_t size, uint64_t time, struct err *err)
{
	struct input in = {.at = bytes, .end = (const uint8_t *)bytes + size};
	int result = 0;

	scope->created = time;
	if (get32(&in) != scope->metric_count)
		result = -EINVAL;
	for (size_t i = 0; i < scope->metric_count && !result; i++) {
		result = get_metric(&in, scope->metrics[i]);
		if (result)
			return result == -ENOMEM ? err_set(err, result, "out of memory")
						 : err_set(err, result,
							   "the marks of metric %s do not fit it",
							   scope->metrics[i]->desc.name);
	}
	if (result || in.failed || in.at != in.end)
		return err_set(err, -EINVAL, "the marks are of other metrics, or damaged");
	return 0;
}

void marks_settle(struct scope *scope, const struct marks_range *range, uint64_t time)
{
	for (size_t i = range->metric_from; i < scope->metric_count && i <= range->metric_to; i++) {
		struct metric *metric = scope->metrics[i];
		uint32_t from = i == range->metric_from ? range->series_from : 0;
		uint32_t to = i == range->metric_to ? range->series_to : metric->series_count;

		delta_settle(metric, from, to, time);
	}
}
