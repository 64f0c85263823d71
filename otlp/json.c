/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_string(struct buf *out, const char *text, size_t length)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_putc(out, '\\');
		if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
}

/* The shortest number that reads back as the same double. */
static void put_double(struct buf *out, double value)
{
	char text[40];

	if (isnan(value)) {
		buf_puts(out, "\"NaN\"");
		return;
	}
	if (isinf(value)) {
		buf_puts(out, value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_puts(out, text);
}

static void put_attr(struct buf *out, const struct attr *attr)
{
	buf_puts(out, "{\"key\":");
	put_string(out, attr->key, strlen(attr->key));
	switch (attr->type) {
	case ATTR_STRING:
		buf_puts(out, ",\"value\":{\"stringValue\":");
		put_string(out, attr->string, attr->length);
		break;
	case ATTR_INT:
		buf_printf(out, ",\"value\":{\"intValue\":\"%" PRId64 "\"", attr->integer);
		break;
	case ATTR_BOOL:
		buf_printf(out, ",\"value\":{\"boolValue\":%s", attr->boolean ? "true" : "false");
		break;
	}
	buf_puts(out, "}}");
}

static void put_attrs(struct buf *out, const struct attr *attrs, size_t count)
{
	buf_puts(out, "\"attributes\":[");
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, i ? "," : "");
		put_attr(out, &attrs[i]);
	}
	buf_putc(out, ']');
}

static void put_number(struct buf *out, const struct metric *metric, const struct series *series)
{
	int64_t integer;

	if (metric_to_integer(metric, series_number(metric, series), &integer)) {
		buf_printf(out, "\"asInt\":\"%" PRId64 "\"", integer);
		return;
	}
	buf_puts(out, "\"asDouble\":");
	put_double(out, metric_to_double(metric, series_number(metric, series)));
}

static void put_histogram(struct buf *out, const struct metric *metric, const struct series *series)
{
	const struct histogram *histogram = &series->histogram;

	buf_printf(out, "\"count\":\"%" PRIu64 "\",\"sum\":", histogram->count);
	put_double(out, histogram->count ? metric_to_double(metric, histogram->sum) : 0);
	buf_puts(out, ",\"bucketCounts\":[");
	for (uint32_t i = 0; i <= metric->desc.bound_count; i++)
		buf_printf(out, "%s\"%" PRIu64 "\"", i ? "," : "", histogram->buckets[i]);
	buf_puts(out, "],\"explicitBounds\":[");
	for (uint32_t i = 0; i < metric->desc.bound_count; i++) {
		buf_puts(out, i ? "," : "");
		put_double(out, metric->desc.bounds[i]);
	}
	buf_putc(out, ']');
}

static void put_exponential(
	struct buf *out, const struct metric *metric, const struct exponential *histogram)
{
	buf_printf(out, "\"count\":\"%" PRIu64 "\",\"sum\":", histogram->count);
	put_double(out, metric_to_double(metric, histogram->sum));
	buf_printf(out, ",\"scale\":%" PRId32 ",\"zeroCount\":\"%" PRIu64 "\"", histogram->scale,
		histogram->zero_count);
	buf_printf(out, ",\"positive\":{\"offset\":%" PRId32 ",\"bucketCounts\":[",
		histogram->bucket_count ? histogram->offset : 0);
	for (uint32_t i = 0; i < histogram->bucket_count; i++)
		buf_printf(out, "%s\"%" PRIu64 "\"", i ? "," : "", histogram->buckets[i]);
	buf_puts(out, "]}");
	if (histogram->zero_threshold != 0) {
		buf_puts(out, ",\"zeroThreshold\":");
		put_double(out, histogram->zero_threshold);
	}
	if (!histogram->count || histogram->no_extremes)
		return;
	buf_puts(out, ",\"min\":");
	put_double(out, metric_to_double(metric, histogram->min));
	buf_puts(out, ",\"max\":");
	put_double(out, metric_to_double(metric, histogram->max));
}

static void put_points(struct buf *out, const struct metric *metric, uint64_t time)
{
	bool first = true;

	buf_puts(out, "\"dataPoints\":[");
	for (uint32_t i = 0; i < metric->series_count; i++) {
		const struct series *series = &metric->series[i];
		struct exponential room;

		if (!series_is_live(metric, i))
			continue;
		buf_puts(out, first ? "{" : ",{");
		first = false;
		put_attrs(out, series->attrs, series->attr_count);
		buf_printf(out,
			",\"startTimeUnixNano\":\"%" PRIu64 "\",\"timeUnixNano\":\"%" PRIu64 "\",",
			metric->starts[i], time);
		if (metric_form(metric) == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
			put_exponential(out, metric, series_exponential(metric, series, &room));
		else if (metric->desc.instrument == INSTRUMENT_HISTOGRAM)
			put_histogram(out, metric, series);
		else
			put_number(out, metric, series);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void put_metric(struct buf *out, const struct metric *metric, uint64_t time)
{
	static const char *const data[] = {
		[INSTRUMENT_COUNTER] = "sum",
		[INSTRUMENT_UPDOWNCOUNTER] = "sum",
		[INSTRUMENT_GAUGE] = "gauge",
		[INSTRUMENT_HISTOGRAM] = "histogram",
		[INSTRUMENT_EXPONENTIAL_HISTOGRAM] = "exponentialHistogram",
	};
	const struct metric_desc *desc = &metric->desc;

	buf_puts(out, "{\"name\":");
	put_string(out, desc->name, strlen(desc->name));
	buf_puts(out, ",\"description\":");
	put_string(out, desc->description, strlen(desc->description));
	buf_puts(out, ",\"unit\":");
	put_string(out, desc->unit, strlen(desc->unit));
	buf_printf(out, ",\"%s\":{", data[metric_form(metric)]);
	put_points(out, metric, time);
	if (desc->instrument != INSTRUMENT_GAUGE)
		buf_printf(out, ",\"aggregationTemporality\":%d", (int)metric->temporality);
	if (desc->instrument == INSTRUMENT_COUNTER)
		buf_puts(out, ",\"isMonotonic\":true");
	buf_puts(out, "}}");
}

static bool has_points(const struct metric *metric)
{
	for (uint32_t i = 0; i < metric->series_count; i++) {
		if (series_is_live(metric, i))
			return true;
	}
	return false;
}

/* False if the scope has no points. */
static bool put_scope(struct buf *out, const struct scope *scope, uint64_t time, bool first_scope)
{
	bool first = true;

	for (size_t i = 0; i < scope->metric_count; i++) {
		if (!has_points(scope->metrics[i]))
			continue;
		if (first) {
			buf_printf(out, "%s{\"scope\":{\"name\":", first_scope ? "" : ",");
			put_string(out, scope->name, strlen(scope->name));
			buf_puts(out, ",\"version\":");
			put_string(out, scope->version, strlen(scope->version));
			buf_putc(out, ',');
			put_attrs(out, scope->attrs, scope->attr_count);
			buf_puts(out, "},\"metrics\":[");
		} else {
			buf_putc(out, ',');
		}
		put_metric(out, scope->metrics[i], time);
		first = false;
	}
	if (!first)
		buf_puts(out, "]}");
	return !first;
}

int json_write(struct buf *out, const struct snapshot *snapshot)
{
	const struct resource *resource = snapshot->resource;
	bool first = true;

	buf_puts(out, "{\"resourceMetrics\":[{\"resource\":{");
	put_attrs(out, resource ? resource->attrs : NULL, resource ? resource->attr_count : 0);
	buf_puts(out, "},\"scopeMetrics\":[");
	for (size_t i = 0; i < snapshot->scope_count; i++) {
		if (put_scope(out, snapshot->scopes[i], snapshot->time, first))
			first = false;
	}
	buf_putc(out, ']');
	if (resource && resource->schema_url && *resource->schema_url) {
		buf_puts(out, ",\"schemaUrl\":");
		put_string(out, resource->schema_url, strlen(resource->schema_url));
	}
	buf_puts(out, "}]}\n");
	return out->failed ? -ENOMEM : 0;
}
